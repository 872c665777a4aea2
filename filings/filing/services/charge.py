"""谁承办: who is in charge of a filing when a review sends it on, or when it comes back to be reviewed [P].

`assigned_to` empty means whoever took it in. A filing that nobody able is in charge of stands under 无人承办.
"""

from __future__ import annotations

import datetime as dt

from agency.journal import audit
from agency.journal.models import StateChange
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.models import Filing
from filings.filing.services.common import has_entered
from filings.filing.states import FilingState

ASSIGNED = "filing_assigned"
S = FilingState


def holder_of(filing: Filing) -> User:
    """Who is in charge of a filing."""
    return filing.assigned_to or filing.taken_in_by


def to_intake(filing: Filing, *, by: User) -> User | None:
    """`assigned_to` of a filing that a review by `by` gives back to intake: whoever is in charge, if they
    take in and are not the reviewer; else who submitted it last, if still able; else nobody, which leaves it
    with whoever took it in."""
    holder = holder_of(filing)
    if holder.pk != by.pk and _able(holder, May.TAKE_IN_FILINGS, filing):
        return filing.assigned_to
    submitter = _last_actor(filing, to_state=S.UNDER_REVIEW)
    if submitter is None or submitter.pk == by.pk or not _able(submitter, May.TAKE_IN_FILINGS, filing):
        return None
    return _unless_taken_in(filing, submitter)


def to_review(filing: Filing) -> User | None:
    """`assigned_to` of a filing that is submitted: the reviewer who sent it back before, if still able to
    review it; else the clerk who is in charge; else nobody."""
    reviewer = _last_actor(filing, to_state=S.AWAITING_SUPPLEMENT, from_state=S.UNDER_REVIEW)
    able = reviewer is not None and _able(reviewer, May.REVIEW_FILINGS, filing)
    if reviewer is not None and able and not has_entered(filing, reviewer):
        return _unless_taken_in(filing, reviewer)
    clerk = filing.assigned_to
    return clerk if clerk is not None and _able(clerk, May.TAKE_IN_FILINGS, filing) else None


def log_charge(filing: Filing, former: User, *, by: User, at: dt.datetime, note: str) -> None:
    """The change of who is in charge, in the log like a handing over; nothing when it is the same person."""
    holder = holder_of(filing)
    if holder.pk == former.pk:
        return
    audit.record(
        ASSIGNED,
        by=by,
        at=at,
        subject_kind=Filing.machine.kind,
        subject_no=filing.filing_no,
        region=filing.insured_region,
        **{"from": former.username, "to": holder.username, "note": note},
    )


def _unless_taken_in(filing: Filing, user: User) -> User | None:
    return None if user.pk == filing.taken_in_by_id else user


def _able(user: User, may: May, filing: Filing) -> bool:
    """Somebody of the region who is still there and has the right."""
    here = user.region_id == filing.insured_region_id and not user.is_system_account
    return here and access.allowed(user, may)


def _last_actor(filing: Filing, *, to_state: str, from_state: str = "") -> User | None:
    """Who moved it there last, out of its history."""
    steps = StateChange.objects.filter(
        subject_kind=Filing.machine.kind, subject_no=filing.filing_no, to_state=to_state
    )
    if from_state:
        steps = steps.filter(from_state=from_state)
    step = steps.select_related("by").order_by("-pk").first()
    return step.by if step is not None else None
