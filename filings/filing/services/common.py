"""What every write of a filing shares: guards, the judgement once more, the move into force, the log."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from agency.errors import DomainError, DomainErrors, SomeoneElseWasFirst
from agency.journal import audit, workflow
from agency.journal.models import AuditEntry
from agency.organisation.models import User
from agency.policy.selectors import int_parameter
from agency.policy.workdays import add_workdays
from filings.filing.entry import given_materials
from filings.filing.judging import Judged, judge_stored
from filings.filing.models import Filing
from filings.filing.sections import TAKES_EFFECT
from filings.filing.states import WAITING, FilingState
from filings.filing.timekeeping import NO_PROOF_DUE, record_ended
from filings.filing.validity import ONE_DAY
from filings.materials.rules import deferred
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


def lock(filing: Filing, version: int | None = None, *, at: dt.datetime) -> None:
    """Read the filing again under a lock, its person first; nobody judges what is changing meanwhile. What
    time has ended of the person's filings is recorded first.

    Raises SomeoneElseWasFirst when it is no longer in the state and version that the actor saw (`version`
    None: those of the instance). Always the person before the filing, so that two can never wait in a circle.
    """
    seen = (filing.state, filing.version if version is None else version, filing.person_id)
    InsuredPerson.objects.select_for_update().get(pk=filing.person_id)
    filing.refresh_from_db(from_queryset=Filing.objects.select_for_update())
    if (filing.state, filing.version, filing.person_id) != seen:
        told = f"{filing.filing_no} {_changed_by(filing)}，您这次的操作没有保存。"
        raise SomeoneElseWasFirst(f"{told}请重新打开，对照新的内容再办。", told=told)
    if record_ended(Filing.objects.filter(person=filing.person_id), at=at):
        filing.refresh_from_db()


def _changed_by(filing: Filing) -> str:
    """刚被 王秀兰 14:03 改过, out of the log."""
    latest = AuditEntry.objects.filter(subject_kind=Filing.machine.kind, subject_no=filing.filing_no)
    entry = latest.exclude(action__in=["unmasked", "printed"]).select_related("by").order_by("-seq").first()
    if entry is None:
        return "刚被同事改过"
    return f"刚被{entry.by}改过（{timezone.localtime(entry.at):%H:%M}）"


def has_entered(filing: Filing, by: User) -> bool:
    """Whether `by` entered any part of it: took it in, or saved or submitted it since."""
    if filing.taken_in_by_id == by.pk:
        return True
    return AuditEntry.objects.filter(
        subject_kind=Filing.machine.kind,
        subject_no=filing.filing_no,
        action__in=["filing_saved", "filing_submitted", "scan_added"],
        by=by,
    ).exists()


def judged_or_refused(filing: Filing, on: dt.date) -> Judged:
    judged = judge_stored(filing, on)
    if judged.reasons:
        raise DomainErrors(reason.as_error() for reason in judged.reasons)
    return judged


def judged_fields(judged: Judged) -> dict[str, Any]:
    """What the judgement settles: the category of today and the last day."""
    content = content_of(judged)
    return {name: content[name] for name in ("category", "ends_on", "green_channel")}


def content_of(judged: Judged) -> dict[str, Any]:
    """The columns that an entry fills."""
    place = judged.place
    return {
        **judged.entry.columns(),
        **judged.institutions,
        "green_channel": judged.green_channel,
        "person": judged.person,
        "category": judged.enrolment.category if judged.enrolment is not None else "",
        "care_region": place.region,
        "care_area_code": place.area_code,
        "care_place_name": place.name,
        "ends_on": judged.validity.ends_on if judged.validity is not None else None,
    }


def put_in_force(filing: Filing, *, by: User, at: dt.datetime, reason: str = "", **fields: Any) -> None:
    """The move into force, from the moment `at`, and all that follows from it: the filing that it changes is
    superseded, a paper still to be brought (容缺) gets its date."""
    if filing.to_replace is not None:
        _supersede(filing.to_replace, filing, by=by, at=at)
    fields |= {**_proof_dates(filing, at), "review_days_left": None, "lock_until": None}
    workflow.move(
        filing, S.IN_FORCE, by=by, at=at, reason=reason, effective_at=at, deadline_on=None, **fields
    )
    for entry in TAKES_EFFECT:
        entry.function(filing, by=by, at=at)


def _supersede(old: Filing, new: Filing, *, by: User, at: dt.datetime) -> None:
    """变更: the old one is valid to the day before the new one begins, and never longer than it was; without
    such a day it has none."""
    lasts = [day for day in (new.begins_on and new.begins_on - ONE_DAY, old.ends_on) if day is not None]
    last = min(lasts, default=None)
    ends_on = last if last is not None and old.begins_on is not None and old.begins_on <= last else None
    reason = f"变更为 {new.filing_no}"
    workflow.move(
        old, S.SUPERSEDED, by=by, at=at, reason=reason, ends_on=ends_on, deadline_on=None, **NO_PROOF_DUE
    )
    log("filing_superseded", old, by=by, at=at, successor=new.filing_no)


def _proof_dates(filing: Filing, at: dt.datetime) -> dict[str, dt.date | None]:
    """容缺: when what is missing is due, and when the filing lapses without it, in working days [P]."""
    on = timezone.localdate(at)
    if not deferred(judge_stored(filing, on).groups, given_materials(filing)):
        return dict(NO_PROOF_DUE)
    days = int_parameter("filing.deferred_material_workdays", on, filing.insured_region)
    due_on = add_workdays(on, days)
    more = int_parameter("filing.supplement_workdays", on, filing.insured_region)
    return {"proof_due_on": due_on, "proof_lapses_on": add_workdays(due_on, more)}


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
