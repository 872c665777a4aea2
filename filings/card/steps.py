"""下一步: the one thing that can be done next about each filing of a person, and what it still lacks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from agency.journal import workflow
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.judging import judge_stored
from filings.filing.kinds import GivenAs
from filings.filing.models import Filing, FilingMaterial
from filings.filing.shown import ShownFiling, shown
from filings.filing.states import FilingState

S = FilingState
SHOWN_AT_MOST = 6


@dataclass(frozen=True)
class NextStep:
    """One filing that waits for something: the button (none: somebody else's turn), what for, what lacks."""

    row: ShownFiling
    note: str
    lacks: list[str] = field(default_factory=list)
    label: str = ""
    url: str = ""


def next_steps(filings: Iterable[Filing], by: User, on: dt.date, printed: Collection[str]) -> list[NextStep]:
    """What is open of the actor's own region, newest first; of others nothing can be done here."""
    own = [filing for filing in filings if access.within(by, filing.insured_region)]
    found: list[NextStep] = []
    for row in shown(own, on):
        step = _step(row, by, on, is_printed=row.filing.filing_no in printed)
        found += [step] if step is not None else []
        if len(found) == SHOWN_AT_MOST:
            break
    return found


def _step(row: ShownFiling, by: User, on: dt.date, *, is_printed: bool) -> NextStep | None:
    filing = row.filing
    if row.state == S.DRAFT:
        return _to_complete(row, by, on, "继续填写", "草稿")
    if row.state == S.AWAITING_SUPPLEMENT and filing.state == S.AWAITING_SUPPLEMENT:
        asked = workflow.history(Filing.machine, filing.filing_no)[-1]["reason"]
        return _to_complete(row, by, on, "补正", f"退回补正：{asked}")
    if row.state == S.UNDER_REVIEW:
        return _to_review(row, by)
    if row.state in (S.IN_FORCE, S.AWAITING_SUPPLEMENT) and filing.proof_due_on is not None:
        return _owing(row, by)
    if row.state == S.IN_FORCE and not is_printed:
        url = reverse("filings:filing_form1", kwargs={"filing_no": filing.filing_no})
        return NextStep(row, "还没有打印登记备案表。", label="打印", url=url)
    return None


def _to_complete(row: ShownFiling, by: User, on: dt.date, label: str, told: str) -> NextStep:
    """A draft, or what was sent back: what the rules still miss, and until when."""
    filing = row.filing
    lacks = [reason.message for reason in judge_stored(filing, on).reasons]
    until = f"{filing.deadline_on} 前办完。" if filing.deadline_on is not None else ""
    note = f"{told}。{until}" if lacks else f"{told}，填写齐全，可以提交。{until}"
    if not access.allowed(by, May.TAKE_IN_FILINGS):
        return NextStep(row, note, lacks)
    url = reverse("filings:filing_edit", kwargs={"filing_no": filing.filing_no})
    return NextStep(row, note, lacks, label, url)


def _to_review(row: ShownFiling, by: User) -> NextStep:
    due = f"{row.filing.deadline_on} 前复核。" if row.filing.deadline_on is not None else ""
    if not access.allowed(by, May.REVIEW_FILINGS) or row.filing.taken_in_by_id == by.pk:
        return NextStep(row, f"等同事复核。{due}")
    return NextStep(row, f"等您复核。{due}", label="复核", url=_page_of(row))


def _owing(row: ShownFiling, by: User) -> NextStep:
    """Accepted with a paper missing (容缺): which, and until when."""
    owed = row.filing.materials.filter(given_as=GivenAs.DEFERRED).select_related("material")
    lacks = [f"容缺后补：{paper.material}。" for paper in owed]
    note = f"{row.filing.proof_due_on} 前补交材料。"
    if not access.allowed(by, May.TAKE_IN_FILINGS):
        return NextStep(row, note, lacks)
    return NextStep(row, note, lacks, "补交材料", _page_of(row))


def _page_of(row: ShownFiling) -> str:
    return reverse("filings:filing_detail", kwargs={"filing_no": row.filing.filing_no})


def materials_given(filings: Iterable[Filing], at_most: int) -> list[tuple[Filing, list[FilingMaterial]]]:
    """The papers handed in, by filing, the newest first; filings without any are left out."""
    of: dict[int, list[FilingMaterial]] = {}
    wanted = list(filings)
    rows = FilingMaterial.objects.filter(filing__in=[filing.pk for filing in wanted]).order_by("pk")
    for paper in rows.select_related("material"):
        of.setdefault(paper.filing_id, []).append(paper)
    return [(filing, of[filing.pk]) for filing in wanted if filing.pk in of][:at_most]
