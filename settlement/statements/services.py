"""Writes of statements: draw up, confirm, record the institution's answer, send again, void."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from agency.errors import DomainError, NotAllowed, clean_reason
from agency.journal import audit, workflow
from agency.journal.models import StateChange
from agency.journal.numbers import next_number
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.periods import period_label
from settlement.clearing.changes import has_changed_since
from settlement.clearing.locks import hold_month
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.selectors import parties_of
from settlement.clearing.states import PeriodState
from settlement.records.locks import lock_records
from settlement.statements.drawing import figures_replace
from settlement.statements.locks import as_it_is_now, hold_drawing
from settlement.statements.models import InstitutionStatement, StatementDrawing
from settlement.statements.rules import require_answer
from settlement.statements.selectors import computed_seq
from settlement.statements.states import GIVEN, LIVE, StatementState

SERIES = "statement-drawing"
S = StatementState
NO_ANSWER: dict[str, Any] = {
    "institution_contact": "",
    "institution_on": None,
    "institution_by": None,
    "institution_at": None,
    "dispute_reason": "",
}
UNCONFIRMED: dict[str, Any] = {"agency_by": None, "agency_at": None, **NO_ANSWER}


@dataclass(frozen=True)
class Drawn:
    """What a drawing did: statements there are now, new ones, confirmations voided, statements taken away."""

    statements: int
    new: int
    voided: int
    removed: int


# --- draw up ------------------------------------------------------------------------------------------------


@transaction.atomic
def statements_draw(*, period: str, region: PoolingRegion | None, by: User, at: dt.datetime) -> Drawn:
    """生成: a region's statements of a computed month (None: all regions', by the province); again as often
    as needed until the month is signed. Changed figures void what was confirmed.

    Errors: NotAllowed, `not_computed`, `month_is_signed`, `needs_computing`, `not_in_month`.
    """
    access.require(by, May.DRAW_STATEMENTS, region)
    if region is None and not access.sees_all(by):
        raise NotAllowed("全省的对账单由省级生成；本区的请指明统筹区。")
    lock_records()  # what is being loaded is either in the computing or comes after
    month = _month_to_draw(period)
    ids = [party.id for party in parties_of(month).pooling]
    if region is not None:
        if region.pk not in ids:
            raise DomainError("not_in_month", f"{region}不是{period_label(period)}清算的统筹区。")
        ids = [region.pk]
    return _draw(month, ids, by=by, at=at)


def _month_to_draw(period: str) -> ClearingPeriod:
    month = hold_month(period)
    label = period_label(period)
    if month is None or month.state == PeriodState.OPEN:
        raise DomainError("not_computed", f"{label}还没有计算，不能生成对账单；请等省级计算。")
    if month.is_signed:
        raise DomainError("month_is_signed", f"{label}已签发，对账单已定稿，不能再生成。")
    if has_changed_since(month):
        raise DomainError(
            "needs_computing", f"{label}计算之后明细或扣款有变动，请省级重新计算后再生成对账单。"
        )
    return month


def statements_finish(month: ClearingPeriod, by: User, at: dt.datetime) -> None:
    """定稿: inside the signature of a month, the last drawing of all its regions; figures stay from then."""
    _draw(month, [party.id for party in parties_of(month).pooling], by=by, at=at)


def _draw(month: ClearingPeriod, ids: Sequence[int], *, by: User, at: dt.datetime) -> Drawn:
    number = next_number(SERIES)  # one drawing after the other
    StatementDrawing.objects.bulk_create(
        [StatementDrawing(period=month, care_region_id=pk) for pk in ids], ignore_conflicts=True
    )
    StatementDrawing.objects.filter(period=month, care_region__in=ids).update(
        draw_no=number,
        computed_seq=computed_seq(month.period),
        is_final=month.is_signed,
        drawn_at=at,
        drawn_by=by,
    )
    figures_replace(month, number, ids, is_final=month.is_signed)
    live = InstitutionStatement.objects.live().filter(period=month, care_region__in=ids)
    gone = live.exclude(seen_in=number)
    voided = _confirmations_void(live.filter(changed_in=number) | gone, by=by, at=at)
    removed, _ = gone.delete()
    new = _begin_new(live, by=by, at=at)
    drawn = Drawn(live.count(), new, voided, removed)
    audit.record(
        "statements_drawn",
        by=by,
        at=at,
        subject_kind="period",
        subject_no=month.period,
        region=PoolingRegion.objects.get(pk=ids[0]) if len(ids) == 1 else None,
        final=month.is_signed,
        **vars(drawn),
    )
    return drawn


def _confirmations_void(rows: Any, *, by: User, at: dt.datetime) -> int:
    """Statements whose figures changed are to be confirmed anew. Returns how many had been."""
    reason = "重新生成，数额有变动"
    return sum(
        _move_all(rows.filter(state=state), S.DRAWN, by=by, at=at, reason=reason, **UNCONFIRMED)
        for state in GIVEN
    )


def _move_all(rows: Any, to: str, *, by: User, at: dt.datetime, **more: Any) -> int:
    found = list(rows.order_by("pk").only("pk", "statement_no", "state"))
    workflow.move_many(found, to, by=by, at=at, **more)
    return len(found)


def _begin_new(live: Any, *, by: User, at: dt.datetime) -> int:
    known = StateChange.objects.filter(
        subject_kind=InstitutionStatement.machine.kind, subject_no=OuterRef("statement_no")
    )
    fresh = list(live.filter(~Exists(known)).order_by("pk").only("pk", "statement_no", "state"))
    workflow.begin_many(fresh, by=by, at=at)
    return len(fresh)


# --- confirm, answer ----------------------------------------------------------------------------------------


@transaction.atomic
def statements_confirm(
    *,
    period: str,
    region: PoolingRegion,
    by: User,
    at: dt.datetime,
    numbers: Iterable[str] | None = None,
    seen_draw_no: int | None = None,
    seen_change: int | None = None,
) -> int:
    """经办确认: a region's drawn statements of a month, those named or all. Returns how many.

    `seen_draw_no` is the drawing shown, `seen_change` the last that changed its figures: nothing is confirmed
    unseen. Errors: NotAllowed, `not_drawn`, `shown_is_outdated`, `nothing_to_confirm`, `not_to_confirm`.
    """
    access.require(by, May.CONFIRM_STATEMENTS, region)
    drawing = hold_drawing(period, region)
    if seen_draw_no not in (None, drawing.draw_no):
        raise DomainError("shown_is_outdated", "对账单刚重新生成过，没有确认；请看过现在的数额再确认。")
    rows = _to_confirm(drawing, numbers, seen_change)
    count = _move_all(rows, S.SENT, by=by, at=at, agency_by=by, agency_at=at)
    if not count:
        raise DomainError("nothing_to_confirm", "没有待经办确认的对账单；可能刚被同事确认过，请刷新后再看。")
    audit.record(
        "statements_confirmed",
        by=by,
        at=at,
        subject_kind="period",
        subject_no=period,
        region=region,
        statements=count,
        drawing=drawing.draw_no,
    )
    return count


def _to_confirm(
    drawing: StatementDrawing, numbers: Iterable[str] | None, seen_change: int | None
) -> QuerySet[InstitutionStatement]:
    """The drawn statements that are meant; refused where some were confirmed or changed meanwhile."""
    rows = InstitutionStatement.objects.filter(
        period=drawing.period_id, care_region=drawing.care_region_id, state=S.DRAWN
    )
    if numbers is not None:
        wanted = set(numbers)
        rows = rows.filter(statement_no__in=wanted)
        if wanted and rows.count() != len(wanted):
            raise DomainError("not_to_confirm", "所选的对账单里有的已不在待确认，请刷新后再选。")
    if seen_change is not None and rows.exclude(changed_in=seen_change).exists():
        raise DomainError("shown_is_outdated", "对账单的数额刚有变动，没有确认；请看过现在的数额再确认。")
    return rows


@transaction.atomic
def statement_answer(
    *,
    statement: InstitutionStatement,
    by: User,
    at: dt.datetime,
    contact: str,
    answered_on: dt.date,
    dispute_reason: str = "",
) -> InstitutionStatement:
    """机构答复: what the institution said, recorded by somebody other than who confirmed for the agency;
    with a reason it disagrees. Errors: NotAllowed, `contact_missing`, `answered_in_future`,
    `answered_too_early`, `no_such_step`.
    """
    access.require(by, May.ANSWER_STATEMENTS, statement.care_region)
    statement = as_it_is_now(statement)
    contact, reason = " ".join(contact.split()), clean_reason(dispute_reason, field="dispute_reason")
    if statement.state == S.SENT and statement.agency_by_id == by.pk:
        raise NotAllowed("确认人不能自己记录机构的答复，请由另一位同事记录。")
    require_answer(statement.period.period, contact, answered_on, at)
    to = S.DISPUTED if reason else S.AGREED
    workflow.move(
        statement,
        to,
        by=by,
        at=at,
        reason=reason or f"联系人 {contact}，{answered_on}",
        institution_contact=contact,
        institution_on=answered_on,
        institution_by=by,
        institution_at=at,
        dispute_reason=reason,
    )
    _log("statement_answered", statement, by=by, at=at, agrees=not reason)
    return statement


@transaction.atomic
def statement_send_again(
    *, statement: InstitutionStatement, by: User, at: dt.datetime, reason: str
) -> InstitutionStatement:
    """重新发出: after a disagreement, with what was answered to it; or an answer taken back. The institution
    is asked again. Errors: NotAllowed, `reason_missing`, `no_such_step`."""
    access.require(by, May.CONFIRM_STATEMENTS, statement.care_region)
    statement = as_it_is_now(statement)
    workflow.move(statement, S.SENT, by=by, at=at, reason=reason, agency_by=by, agency_at=at, **NO_ANSWER)
    _log("statement_sent_again", statement, by=by, at=at)
    return statement


def _log(action: str, statement: InstitutionStatement, *, by: User, at: dt.datetime, **detail: Any) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=InstitutionStatement.machine.kind,
        subject_no=statement.statement_no,
        region=statement.care_region,
        **detail,
    )


# --- a month is reopened ------------------------------------------------------------------------------------


def reopening_refuse(month: ClearingPeriod) -> None:
    """A month whose statements were paid is not reopened: the payments are taken back first."""
    paid = InstitutionStatement.objects.filter(period=month, state=S.PAID).order_by("statement_no")
    numbers = list(paid.values_list("statement_no", flat=True)[:4])
    if numbers:
        shown = "、".join(numbers[:3]) + ("等" if len(numbers) > 3 else "")
        raise DomainError(
            "statements_are_paid",
            f"{period_label(month.period)}有已结清的医药机构对账单（{shown}），请先由各区财务撤销付款。",
        )


@transaction.atomic
def statements_void(month: ClearingPeriod, by: User, at: dt.datetime) -> None:
    """作废: a reopened month's statements stay, voided; the next drawing makes a new version."""
    reopening_refuse(month)
    rows = InstitutionStatement.objects.filter(period=month)
    reason = f"{period_label(month.period)}清算重新开启"
    for state in LIVE:
        _move_all(rows.filter(state=state), S.VOIDED, by=by, at=at, reason=reason)
    for drawing in StatementDrawing.objects.filter(period=month, is_final=True):
        drawing.version += 1
        drawing.draw_no = drawing.computed_seq = 0
        drawing.is_final = False
        drawing.save(update_fields=["version", "draw_no", "computed_seq", "is_final"])
