"""下一步: the one thing that can be done next about each filing of a person, and what it still lacks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.urls import reverse

from agency.journal.models import StateChange
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
TO_COMPLETE, TO_MEND, TO_REVIEW, OWING, TO_PRINT = "complete", "mend", "review", "owing", "print"


@dataclass(frozen=True)
class NextStep:
    """One filing that waits for something: the button (none: somebody else's turn), what for, what lacks."""

    row: ShownFiling
    note: str
    lacks: list[str] = field(default_factory=list)
    label: str = ""
    url: str = ""


@dataclass(frozen=True)
class _Known:
    """What is read at once of the filings that wait, by their keys: what the rules still miss (of the newest
    of each state; judging costs many reads), why it was sent back, which papers are owed."""

    lacks: dict[int, list[str]]
    asked: dict[str, str]
    owed: dict[int, list[str]]


def next_steps(filings: Iterable[Filing], by: User, on: dt.date, printed: Collection[str]) -> list[NextStep]:
    """What is open of the actor's own region, newest first; of others nothing can be done here."""
    own = [filing for filing in filings if access.within(by, filing.insured_region)]
    waiting = [(row, found) for row in shown(own, on) if (found := _waits_for(row, printed))][:SHOWN_AT_MOST]
    known = _known(waiting, on)
    return [_step(row, found, by, known) for row, found in waiting]


def _waits_for(row: ShownFiling, printed: Collection[str]) -> str:
    """What a filing waits for; empty for nothing."""
    filing = row.filing
    if row.state == S.DRAFT:
        return TO_COMPLETE
    if row.state == S.AWAITING_SUPPLEMENT and filing.state == S.AWAITING_SUPPLEMENT:
        return TO_MEND
    if row.state == S.UNDER_REVIEW:
        return TO_REVIEW
    if row.state in (S.IN_FORCE, S.AWAITING_SUPPLEMENT) and filing.proof_due_on is not None:
        return OWING
    return TO_PRINT if row.state == S.IN_FORCE and filing.filing_no not in printed else ""


def _known(waiting: list[tuple[ShownFiling, str]], on: dt.date) -> _Known:
    of: dict[str, list[Filing]] = {}
    for row, found in waiting:
        of.setdefault(found, []).append(row.filing)
    newest = [of[found][0] for found in (TO_COMPLETE, TO_MEND) if found in of]
    lacks = {filing.pk: [reason.message for reason in judge_stored(filing, on).reasons] for filing in newest}
    returned = [filing.filing_no for filing in of.get(TO_MEND, [])]
    steps = StateChange.objects.filter(
        subject_kind=Filing.machine.kind, subject_no__in=returned, to_state=S.AWAITING_SUPPLEMENT
    )
    asked = dict(steps.order_by("pk").values_list("subject_no", "reason"))
    owed: dict[int, list[str]] = {}
    papers = FilingMaterial.objects.filter(filing__in=of.get(OWING, []), given_as=GivenAs.DEFERRED)
    for paper in papers.select_related("material").order_by("pk"):
        owed.setdefault(paper.filing_id, []).append(f"容缺后补：{paper.material}。")
    return _Known(lacks, asked, owed)


def _step(row: ShownFiling, found: str, by: User, known: _Known) -> NextStep:
    filing = row.filing
    if found == TO_COMPLETE:
        return _to_complete(row, by, known.lacks.get(filing.pk), "继续填写", "草稿")
    if found == TO_MEND:
        told = f"退回补正：{known.asked.get(filing.filing_no, '')}"
        return _to_complete(row, by, known.lacks.get(filing.pk), "补正", told)
    if found == TO_REVIEW:
        return _to_review(row, by)
    if found == OWING:
        return _owing(row, by, known.owed.get(filing.pk, []))
    url = reverse("filings:filing_form1", kwargs={"filing_no": filing.filing_no})
    return NextStep(row, "还没有打印登记备案表。", label="打印", url=url)


def _to_complete(row: ShownFiling, by: User, lacks: list[str] | None, label: str, told: str) -> NextStep:
    """A draft, or what was sent back: what the rules still miss (None: not judged here), and until when."""
    filing = row.filing
    until = f"{filing.deadline_on} 前办完。" if filing.deadline_on is not None else ""
    note = f"{told}，填写齐全，可以提交。{until}" if lacks == [] else f"{told}。{until}"
    if lacks is None:
        note += "还差什么，打开这一份看。"
    if not access.allowed(by, May.TAKE_IN_FILINGS):
        return NextStep(row, note, lacks or [])
    url = reverse("filings:filing_edit", kwargs={"filing_no": filing.filing_no})
    return NextStep(row, note, lacks or [], label, url)


def _to_review(row: ShownFiling, by: User) -> NextStep:
    due = f"{row.filing.deadline_on} 前复核。" if row.filing.deadline_on is not None else ""
    if not access.allowed(by, May.REVIEW_FILINGS) or row.filing.taken_in_by_id == by.pk:
        return NextStep(row, f"等同事复核。{due}")
    return NextStep(row, f"等您复核。{due}", label="复核", url=_page_of(row))


def _owing(row: ShownFiling, by: User, lacks: list[str]) -> NextStep:
    """Accepted with a paper missing (容缺): which, and until when."""
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
