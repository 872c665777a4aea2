"""Where follow-ups join the page of a filing: what opens with it, what is shown, what is printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.urls import reverse

from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from agency.web.parts import Action, CardSection
from filings.filing.models import Filing
from filings.filing.sections import (
    ACTIONS,
    FORMS,
    PROMISE_BARS,
    SECTIONS,
    TAKE_EFFECT_TOGETHER,
    TAKES_EFFECT,
    WARNINGS,
)
from filings.filing.states import FilingState
from filings.followups.forms import ReceivedForm
from filings.followups.letters import DeferralLetter, Form2
from filings.followups.models import FollowUp
from filings.followups.selectors import (
    follow_ups_of,
    marks_of,
    owed_of,
    promise_barred_until,
    promises_barred,
)
from filings.followups.services import follow_ups_begin, follow_ups_begin_many
from filings.followups.shown import shown, steps_of
from filings.followups.states import FollowUpKind, FollowUpState
from filings.people.models import InsuredPerson

LIVING = {
    FilingState.DRAFT,
    FilingState.UNDER_REVIEW,
    FilingState.AWAITING_SUPPLEMENT,
    FilingState.IN_FORCE,
}
PRINTS = {
    FollowUpKind.COMMITMENT: ("打印承诺书", "filings:filing_form2"),
    FollowUpKind.DEFERRED: ("打印容缺承诺书", "filings:filing_deferral"),
}
TITLES = {
    FollowUpKind.COMMITMENT: f"表 2 {Form2.TITLE}",
    FollowUpKind.DEFERRED: DeferralLetter.TITLE,
}


@TAKES_EFFECT.register("follow_ups", order=50)
def open_follow_ups(filing: Filing, *, by: User, at: dt.datetime) -> None:
    """What was only promised is followed up from the moment it counts."""
    follow_ups_begin(filing, by=by, at=at)


@TAKE_EFFECT_TOGETHER.register("follow_ups")
def open_follow_ups_of_many(filings: Sequence[Filing], *, by: User, at: dt.datetime) -> None:
    """The same of a list."""
    follow_ups_begin_many(filings, by=by, at=at)


@PROMISE_BARS.register("follow_ups")
def barred(people: Collection[int], on: dt.date) -> dict[tuple[int, int], dt.date]:
    """Whose promise proved untrue gives no other one for a while."""
    return promises_barred(people, on)


@WARNINGS.register("follow_ups", order=10)
def warn_of_marks(user: User, person: InsuredPerson, region: PoolingRegion, today: dt.date) -> list[str]:
    """Before a filing is begun: no letter of commitment from this person."""
    until = promise_barred_until(person, region, today)
    return [f"此人有承诺不实的记录，{until} 前不接受承诺书，请交证明。"] if until is not None else []


@SECTIONS.register("follow_ups", order=20)
def follow_ups_on_filing(user: User, filing: Filing, today: dt.date) -> CardSection | None:
    """What is still owed, with its date and buttons; the insured region's business alone."""
    if not access.within(user, filing.insured_region):
        return None
    rows = follow_ups_of(filing)
    marks = [mark for mark in marks_of(filing.person, user) if mark.bars_on(today)]
    if not rows and not marks:
        return None
    context = {
        "rows": [(item, _received_form(item.row, user, today)) for item in shown(rows, today)],
        "marks": marks,
        "may_check": _may_check(rows, user, today),
        "filing": filing,
    }
    return CardSection("承诺与容缺", "filings/followups/_section.html", context)


def _received_form(row: FollowUp, user: User, today: dt.date) -> ReceivedForm | None:
    return ReceivedForm(row) if steps_of(row, user, today).receive else None


def _may_check(rows: list[FollowUp], user: User, today: dt.date) -> bool:
    """A promise that is open and in no spot check may be put into one."""
    waiting = [row.kind for row in rows if row.state_on(today) == FollowUpState.OPEN]
    if FollowUpKind.SPOT_CHECK in waiting or FollowUpKind.COMMITMENT not in waiting:
        return False
    return access.allowed(user, May.JUDGE_PROMISES)


@ACTIONS.register("follow_ups", order=20)
def letters_of_filing(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """The letters that belong to a filing, as buttons: they are signed at the counter."""
    return [Action(PRINTS[kind][0], url) for kind, url in _letters(user, filing, today)]


@FORMS.register("2", order=20)
def letters_among_forms(user: User, filing: Filing, today: dt.date) -> list[Action]:
    """The same letters in the list of the filing's forms."""
    return [Action(TITLES[kind], url) for kind, url in _letters(user, filing, today)]


def _letters(user: User, filing: Filing, today: dt.date) -> list[tuple[FollowUpKind, str]]:
    """Which letters belong to a filing, from the draft on, each with its print page."""
    if not access.within(user, filing.insured_region) or filing.state_on(today) not in LIVING:
        return []
    kinds = {item.kind for item in owed_of(filing)} | {row.kind for row in filing.follow_ups.all()}
    return [
        (kind, reverse(name, kwargs={"filing_no": filing.filing_no}))
        for kind, (_, name) in PRINTS.items()
        if kind in kinds
    ]
