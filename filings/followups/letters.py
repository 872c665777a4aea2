"""表 2 个人承诺书, 容缺受理告知承诺书 and 催办单: what each of them says of a filing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from agency.errors import DomainError
from agency.journal.papers import FormContent
from agency.policy.selectors import int_parameter
from filings.filing.form1 import form_of
from filings.filing.models import Filing
from filings.filing.states import OPEN as IN_HAND
from filings.filing.states import FilingState
from filings.followups.models import FollowUp
from filings.followups.rules import Owed
from filings.followups.selectors import (
    alternatives_text,
    deferral_dates,
    follow_ups_of,
    owed_of,
    promise_due_on,
)
from filings.followups.states import FollowUpKind
from filings.materials.selectors import material_names

K = FollowUpKind


@dataclass(frozen=True)
class Wanted:
    """One group of papers on a letter: what it is called, what would serve, by when."""

    label: str
    papers: str
    due_on: dt.date | None = None


@dataclass(frozen=True)
class Letter(FormContent):
    """What the letters share: who signs, of which filing, and the papers that are not there."""

    COPIES: ClassVar[tuple[str, ...]] = ("经办机构留存", "承诺人留存")

    name: str = ""
    sex: str = ""
    birth_date: dt.date | None = None
    cert_type: str = ""
    cert_no: str = ""
    insurance: str = ""
    category: str = ""
    phone: str = ""
    insured_at: str = ""
    care_at: str = ""
    address: str = ""
    kind: str = ""
    wanted: tuple[Wanted, ...] = ()
    agent_name: str = ""
    agent_cert_no: str = ""
    agent_phone: str = ""
    agent_relation: str = ""
    taken_in_by: str = ""
    received_at: str = ""


@dataclass(frozen=True)
class Form2(Letter):
    """表 2: the promise that stands for a proof; every blank field is a line to write on."""

    FORM_NO: ClassVar[str] = "2"
    TITLE: ClassVar[str] = "吉林省医疗保险异地就医备案个人承诺书"
    NAME: ClassVar[str] = "个人承诺书"
    TEMPLATE: ClassVar[str] = "filings/followups/form2.html"

    no_promise_months: int | None = None


@dataclass(frozen=True)
class DeferralLetter(Letter):
    """容缺: what is missing, by when it is to be brought, and what becomes of the filing otherwise."""

    FORM_NO: ClassVar[str] = "容缺"
    TITLE: ClassVar[str] = "异地就医备案容缺受理告知承诺书"
    NAME: ClassVar[str] = "容缺承诺书"
    TEMPLATE: ClassVar[str] = "filings/followups/deferral.html"

    due_on: dt.date | None = None
    lapses_on: dt.date | None = None


@dataclass(frozen=True)
class Reminder(FormContent):
    """催办单: a reminder of what is still owed; it names the person and no number of theirs."""

    FORM_NO: ClassVar[str] = "催办"
    TITLE: ClassVar[str] = "异地就医备案材料催办单"
    NAME: ClassVar[str] = "材料催办单"
    TEMPLATE: ClassVar[str] = "filings/followups/reminder.html"

    name: str = ""
    filing_no: str = ""
    filing_kind: str = ""
    care_at: str = ""
    asked: str = ""
    wanted: tuple[Wanted, ...] = ()
    due_on: dt.date | None = None
    lapses_on: dt.date | None = None
    is_overdue: bool = False
    received_at: str = ""
    address: str = ""
    told_on: dt.date | None = None


def form2_of(filing: Filing, on: dt.date) -> Form2:
    """The letter of a filing: of one in force what is followed up, of one in hand what it would be today.

    `no_promise` when no group of papers rests on a promise.
    """
    rows = [row for row in follow_ups_of(filing) if row.kind == K.COMMITMENT]
    owed = [item for item in owed_of(filing) if item.kind == K.COMMITMENT]
    wanted = _followed(rows) if rows else _owed(owed, promise_due_on(filing, on))
    if not wanted:
        raise DomainError("no_promise", f"{filing.filing_no} 没有以承诺代替的证明，不用打印承诺书。")
    months = int_parameter("filing.dishonesty_months", on, filing.insured_region)
    return Form2(wanted=wanted, no_promise_months=months, **_shared(filing, on))


def deferral_of(filing: Filing, on: dt.date) -> DeferralLetter:
    """The letter of a filing accepted with a paper missing; `no_deferral` when nothing is."""
    rows = [row for row in follow_ups_of(filing) if row.kind == K.DEFERRED]
    owed = [item for item in owed_of(filing) if item.kind == K.DEFERRED]
    due_on, lapses_on = deferral_dates(filing, on)
    if rows:
        due_on, lapses_on = rows[-1].due_on, rows[-1].lapses_on or lapses_on
    wanted = _followed(rows) if rows else _owed(owed, due_on)
    if not wanted:
        raise DomainError("no_deferral", f"{filing.filing_no} 没有容缺后补的材料，不用打印容缺承诺书。")
    return DeferralLetter(wanted=wanted, due_on=due_on, lapses_on=lapses_on, **_shared(filing, on))


def reminder_of(row: FollowUp, on: dt.date) -> Reminder:
    """The reminder of one follow-up, as of a day."""
    filing = row.filing
    counter = filing.counter
    return Reminder(
        number=row.follow_up_no,
        name=filing.person.name,
        filing_no=filing.filing_no,
        filing_kind=filing.get_kind_display(),
        care_at=filing.care_place_name,
        asked=row.kind,
        wanted=_followed([row]),
        due_on=row.due_on,
        lapses_on=row.lapses_on,
        is_overdue=row.is_overdue(on),
        received_at=str(counter or filing.insured_region),
        address=counter.address if counter is not None else "",
        told_on=on,
    )


def _followed(rows: Sequence[FollowUp]) -> tuple[Wanted, ...]:
    """Each group once, as it was promised last."""
    names = material_names()
    newest = {row.group_no: row for row in rows}
    return tuple(
        Wanted(_plain(row.group_label), alternatives_text(row.alternatives, names), row.due_on)
        for row in newest.values()
    )


def _plain(label: str) -> str:
    """长期证明（任选一） as it stands on paper, where the row itself says so."""
    return label.partition("（")[0]


def _owed(items: Sequence[Owed], due_on: dt.date) -> tuple[Wanted, ...]:
    names = material_names()
    return tuple(
        Wanted(_plain(item.label), alternatives_text(item.alternatives, names), due_on) for item in items
    )


def _shared(filing: Filing, on: dt.date) -> dict[str, Any]:
    """The person's part, as on form 1. A letter signed before the filing takes effect bears no mark."""
    said, state = form_of(filing, on), filing.state_on(on)
    living = state in IN_HAND or state == FilingState.IN_FORCE
    names = (
        "number", "name", "sex", "birth_date", "cert_type", "cert_no", "phone", "insured_at", "care_at",
        "address", "agent_name", "agent_cert_no", "agent_phone", "agent_relation", "taken_in_by",
        "received_at",
    )  # fmt: skip
    return {
        **{name: getattr(said, name) for name in names},
        "insurance": filing.get_insurance_type_display(),
        "category": filing.get_category_display(),
        "kind": filing.get_kind_display(),
        "mark": "" if living else state.label,
    }
