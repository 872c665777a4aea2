"""What every write of a filing shares: guards, the judgement once more, the move into force, the log."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from agency.errors import DomainError, DomainErrors
from agency.journal import audit, workflow
from agency.organisation.models import User
from filings.filing.entry import entry_of
from filings.filing.models import Filing
from filings.filing.selectors import Judged, judge
from filings.filing.states import WAITING, FilingState
from filings.people.models import InsuredPerson

S = FilingState


class OverlappingFiling(DomainError):
    """有效期重叠: the person already has a filing in force for this place and kind."""

    def __init__(self, other_no: str) -> None:
        super().__init__(
            "overlapping",
            f"此人在同一就医地的同类备案 {other_no} 还在有效期内，不能再生效一份；确需重办的，先撤销原备案。",
            other_no=other_no,
        )


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


def locked_person(filing: Filing) -> InsuredPerson:
    """The person's row, locked until the end: two filings of one person are never judged side by side."""
    return InsuredPerson.objects.select_for_update().get(pk=filing.person_id)


def judged_or_refused(filing: Filing, on: dt.date) -> Judged:
    judged = judge(
        entry_of(filing),
        filing.person,
        filing.insured_region,
        received_on=filing.received_on,
        on=on,
        own_no=filing.filing_no,
    )
    if judged.reasons:
        raise DomainErrors(reason.as_error() for reason in judged.reasons)
    return judged


def judged_fields(judged: Judged) -> dict[str, Any]:
    """What the judgement settles: the category of today and the last day."""
    content = content_of(judged)
    return {"category": content["category"], "ends_on": content["ends_on"]}


def content_of(judged: Judged) -> dict[str, Any]:
    """The columns that an entry fills."""
    entry, place = judged.entry, judged.place
    return {
        "person": judged.person,
        "insurance_type": entry.insurance_type,
        "category": judged.enrolment.category if judged.enrolment is not None else "",
        "kind": entry.kind,
        "channel": entry.channel,
        "care_region": place.region,
        "care_area_code": place.area_code,
        "care_place_name": place.name,
        "phone": entry.phone,
        "address": entry.address,
        "begins_on": entry.begins_on,
        "ends_on": judged.validity.ends_on if judged.validity is not None else None,
        "agent_name": entry.agent.name,
        "agent_cert_no": entry.agent.cert_no,
        "agent_phone": entry.agent.phone,
        "agent_relation": entry.agent.relation,
    }


def put_in_force(filing: Filing, *, by: User, at: dt.datetime, reason: str = "", **fields: Any) -> None:
    """The move into force; where the database knows another one in force, it is named."""
    try:
        with transaction.atomic():
            workflow.move(
                filing, S.IN_FORCE, by=by, at=at, reason=reason, effective_at=at, deadline_on=None, **fields
            )
    except IntegrityError:
        other = Filing.objects.filter(
            person=filing.person_id, care_area_code=filing.care_area_code, kind=filing.kind, state=S.IN_FORCE
        ).exclude(pk=filing.pk)
        for found in other:
            raise OverlappingFiling(found.filing_no) from None
        raise


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
