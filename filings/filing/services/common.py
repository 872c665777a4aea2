"""What every write of a filing shares: guards, the judgement once more, the move into force, the log."""

from __future__ import annotations

import datetime as dt
from typing import Any

from agency.errors import DomainError, DomainErrors, SomeoneElseWasFirst
from agency.journal import audit, workflow
from agency.organisation.models import User
from filings.filing.models import Filing
from filings.filing.sections import TAKES_EFFECT
from filings.filing.selectors import Judged, judge_stored
from filings.filing.states import WAITING, FilingState
from filings.people.models import InsuredPerson

S = FilingState


def require_editable(filing: Filing, on: dt.date) -> None:
    state = filing.state_on(on)
    if state == S.LAPSED:
        raise DomainError(
            "lapsed",
            f"{filing.filing_no} 的办理期限 {filing.deadline_on} 已过，备案已失效，请重新办理。",
            deadline_on=filing.deadline_on,
        )
    if state not in WAITING:
        raise DomainError(
            "not_editable", f"{filing.filing_no} 现在是“{state.label}”，不能再改内容。", state=state.value
        )


def lock(filing: Filing, version: int | None = None) -> None:
    """Read the filing again under a lock, its person first; nobody judges what is changing meanwhile.

    Raises SomeoneElseWasFirst when it is no longer in the state and version that the actor saw (`version`
    None: those of the instance). Always the person before the filing, so that two can never wait in a circle.
    """
    seen = (filing.state, filing.version if version is None else version, filing.person_id)
    InsuredPerson.objects.select_for_update().get(pk=filing.person_id)
    filing.refresh_from_db(from_queryset=Filing.objects.select_for_update())
    if (filing.state, filing.version, filing.person_id) != seen:
        raise SomeoneElseWasFirst(
            f"{filing.filing_no} 刚被同事改过，您这次的操作没有保存。请重新打开，对照新的内容再办。",
            filing_no=filing.filing_no,
        )


def judged_or_refused(filing: Filing, on: dt.date) -> Judged:
    judged = judge_stored(filing, on)
    if judged.reasons:
        raise DomainErrors(reason.as_error() for reason in judged.reasons)
    return judged


def judged_fields(judged: Judged) -> dict[str, Any]:
    """What the judgement settles: the category of today and the last day."""
    content = content_of(judged)
    return {"category": content["category"], "ends_on": content["ends_on"]}


def content_of(judged: Judged) -> dict[str, Any]:
    """The columns that an entry fills."""
    place = judged.place
    return {
        **judged.entry.columns(),
        "person": judged.person,
        "category": judged.enrolment.category if judged.enrolment is not None else "",
        "care_region": place.region,
        "care_area_code": place.area_code,
        "care_place_name": place.name,
        "ends_on": judged.validity.ends_on if judged.validity is not None else None,
    }


def put_in_force(filing: Filing, *, by: User, at: dt.datetime, reason: str = "", **fields: Any) -> None:
    """The move into force, from the moment `at`, and all that follows from it."""
    workflow.move(
        filing, S.IN_FORCE, by=by, at=at, reason=reason, effective_at=at, deadline_on=None, **fields
    )
    for entry in TAKES_EFFECT:
        entry.function(filing, by=by, at=at)


def log(action: str, filing: Filing, *, by: User, at: dt.datetime, **detail: Any) -> None:
    audit.record(
        action,
        by=by,
        at=at,
        subject_kind=Filing.machine.kind,
        subject_no=filing.filing_no,
        region=filing.insured_region,
        **detail,
    )
