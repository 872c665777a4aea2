"""Where corrections join shared pages: side bar, home, search, unmasking, the log, a case's page."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.journal.actions import label_actions
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import HOME, NAV, SEARCH, STATEFUL, UNMASK
from agency.web.parts import (
    COUNTED_AT_MOST,
    CardSection,
    HomePart,
    NavItem,
    SearchGroup,
    SearchRow,
    Tile,
    TodoRow,
    Unmasked,
)
from settlement.corrections.conflicts import conflicts_open, counted
from settlement.corrections.models import Correction
from settlement.corrections.selectors import CorrectionFilter, corrections_listed, corrections_to_decide
from settlement.corrections.states import CorrectionState
from settlement.records.content import CERT_NO
from settlement.records.models import SettlementRecord
from settlement.records.sections import RECORD_SECTIONS

label_actions(
    {
        "correction_proposed": "提出更正",
        "leaving_proposed": "提请不予更正",
        "case_corrected": "批准更正",
        "correction_rejected": "不予更正",
        "correction_withdrawn": "撤回更正",
    }
)
TODO_SHOWN = 5


def _decides(user: User) -> bool:
    return access.allowed(user, May.RELEASE_BATCHES) and access.allowed(user, May.READ_CASES)


@STATEFUL.register("correction", order=220)
def correction_model() -> type:
    return Correction


@NAV.register("corrections", order=205)
def nav(user: User) -> list[NavItem]:
    if not access.allowed(user, May.READ_CASES):
        return []
    return [NavItem("结算", "冲突与更正", reverse("settlement:conflict_list"))]


@HOME.register("corrections", order=215)
def home(user: User, today: dt.date) -> HomePart:
    """Open conflicts for who may propose, proposals for who may decide."""
    part = HomePart()
    url = reverse("settlement:conflict_list")
    if access.allowed(user, May.LOAD_CASES):
        count = counted(conflicts_open(user), COUNTED_AT_MOST)
        if count:
            part.tiles.append(Tile("待处理的编号冲突", count, url, "与已入库的内容不同"))
    if _decides(user):
        for row in corrections_to_decide(user).select_related("proposed_by")[:TODO_SHOWN]:
            part.todo.append(_todo(row))
    return part


def _todo(row: Correction) -> TodoRow:
    return TodoRow(
        badge="待审批",
        badge_tone="go",
        number=row.proposal_no,
        url=reverse("settlement:correction_detail", kwargs={"proposal_no": row.proposal_no}),
        title=f"{row.title} {row.settlement_no}",
        detail=row.reason,
        due=f"提出 {row.proposed_by}",
    )


@RECORD_SECTIONS.register("corrections", order=5)
def on_case(user: User, record: SettlementRecord) -> CardSection | None:
    """The correction of a case that waits for a decision."""
    narrow = CorrectionFilter(state=CorrectionState.PROPOSED, settlement_no=record.settlement_no)
    correction = corrections_listed(user, narrow).order_by("-pk").first()
    if correction is None:
        return None
    return CardSection(
        "待审批的更正", "settlement/corrections/_on_case.html", {"correction": correction}, aside=True
    )


@SEARCH.register("corrections", order=205)
def search(user: User, term: str) -> SearchGroup | None:
    """A correction's number, whole."""
    if not access.allowed(user, May.READ_CASES):
        return None
    found = corrections_listed(user, CorrectionFilter()).filter(proposal_no=term.upper())[:1]
    rows = [
        SearchRow(
            url=reverse("settlement:correction_detail", kwargs={"proposal_no": row.proposal_no}),
            number=row.proposal_no,
            title=f"{row.title} {row.settlement_no}",
            badge=row.get_state_display(),
        )
        for row in found
    ]
    return SearchGroup("更正", rows)


@UNMASK.register("corrections", order=205)
def unmask(user: User, number: str) -> Unmasked | None:
    """The identity number that a proposal brings, for those who may see it."""
    if not access.allowed(user, May.READ_CASES):
        return None
    found = corrections_listed(user, CorrectionFilter()).filter(proposal_no=number).first()
    if found is None or not found.content:
        return None
    return Unmasked("correction", number, found.content.split("\t")[CERT_NO], found.insured_region)
