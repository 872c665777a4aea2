"""Writes of the queues: a filing, or all that somebody has in work, is given to another person in charge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agency.errors import DomainError, SomeoneElseWasFirst
from agency.journal import audit
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from filings.filing.models import Filing
from filings.filing.services.charge import ASSIGNED, holder_of
from filings.queues import rules
from filings.queues.selectors import held_in, in_work, is_in_work

AT_ONCE = 2000


@dataclass(frozen=True)
class Seen:
    """What somebody saw of a filing: its version, and who was in charge (None: whoever took it in)."""

    version: int
    assigned_to: int | None


def filing_assign(
    filing: Filing, *, to: User, by: User, at: dt.datetime, note: str = "", seen: Seen | None = None
) -> Filing:
    """移交: put `to` in charge of one filing; by whoever is, or a reviewer or supervisor of its region.

    Raises SomeoneElseWasFirst when version or person in charge are not those that `by` saw (`seen` None:
    those of the instance); NotAllowed; DomainError when `to` cannot hold it, holds it already, or it is not
    in work.
    """
    given = seen or Seen(filing.version, filing.assigned_to_id)
    (assigned,) = filings_assign({filing.filing_no: given}, to=to, by=by, at=at, note=note)
    return assigned


@transaction.atomic
def filings_assign(
    seen: Mapping[str, Seen], *, to: User, by: User, at: dt.datetime, note: str = ""
) -> list[Filing]:
    """The same for several filings, all or none; `seen` by their numbers."""
    if not seen:
        raise DomainError("nothing_chosen", "没有选中备案：请先勾选要移交的备案。", field="to")
    filings = list(_locked().filter(filing_no__in=list(seen)).order_by("pk"))
    changed = [
        filing.filing_no
        for filing in filings
        if Seen(filing.version, filing.assigned_to_id) != seen[filing.filing_no]
    ]
    if changed or len(filings) != len(seen):
        raise SomeoneElseWasFirst(
            f"{_listed(changed) or '选中的备案'}刚被同事改过或移交过，这次没有移交。请刷新后再看。",
            filing_nos=changed,
        )
    return _give(filings, to=to, by=by, at=at, note=note)


@transaction.atomic
def filings_hand_over(*, of: User, to: User, by: User, at: dt.datetime, note: str = "") -> list[Filing]:
    """全部移交: everything that `of` has in work in the region of `to`, when somebody falls ill or leaves."""
    if of.pk != by.pk:
        access.require(by, May.ASSIGN_FILINGS, to.region)
    on = timezone.localdate(at)
    rows = (_locked() & Filing.objects.editable_by(by)).filter(in_work(on), held_in(to.region_id, of))
    filings = list(rows.order_by("pk")[: AT_ONCE + 1])
    if not filings:
        raise DomainError("nothing_in_work", f"{of}没有在办的备案，不用移交。", field="to")
    if len(filings) > AT_ONCE:
        raise DomainError(
            "too_many", f"{of}在办的备案超过 {AT_ONCE} 件，请先在队列里按条件分批移交。", field="to"
        )
    return _give(filings, to=to, by=by, at=at, note=note)


def _locked() -> QuerySet[Filing]:
    """Filings under a lock of their own rows, for whoever comes second to wait and then find them changed."""
    names = ("insured_region", "assigned_to", "taken_in_by")
    return Filing.objects.select_for_update(of=("self",)).select_related(*names)


def _give(filings: Sequence[Filing], *, to: User, by: User, at: dt.datetime, note: str) -> list[Filing]:
    on = timezone.localdate(at)
    for filing in filings:
        _require_may_give(filing, by)
        _require_may_take(filing, to, on)
    former = {filing.pk: holder_of(filing) for filing in filings}
    Filing.objects.filter(pk__in=list(former)).update(assigned_to=to)
    for filing in filings:
        filing.assigned_to = to
    audit.record_many(
        ASSIGNED,
        by=by,
        at=at,
        subjects=[
            audit.Subject(
                Filing.machine.kind,
                filing.filing_no,
                filing.insured_region,
                {"from": former[filing.pk].username, "to": to.username, "note": note},
            )
            for filing in filings
        ],
    )
    return list(filings)


def _require_may_give(filing: Filing, by: User) -> None:
    """Whoever is in charge may give away; for a colleague's it takes the right to assign."""
    mine = holder_of(filing).pk == by.pk
    access.require(by, May.HAND_OVER_FILINGS if mine else May.ASSIGN_FILINGS, filing.insured_region)


def _require_may_take(filing: Filing, to: User, on: dt.date) -> None:
    state = filing.state_on(on)
    if not is_in_work(filing, on):
        raise DomainError("not_in_work", f"{filing.filing_no} 现在是“{state.label}”，不在办理中，不用移交。")
    if not to.is_active or to.is_system_account or to.region_id != filing.insured_region_id:
        raise DomainError(
            "not_of_region",
            f"{to}不是{filing.insured_region}的在用人员，不能承办 {filing.filing_no}；请选本统筹区的同事。",
            field="to",
        )
    if holder_of(filing).pk == to.pk:
        raise DomainError("already_theirs", f"{filing.filing_no} 已经由{to}承办，不用移交。", field="to")
    takes_in, reviews = (access.allowed(to, may) for may in (May.TAKE_IN_FILINGS, May.REVIEW_FILINGS))
    if not rules.may_hold(state, takes_in=takes_in, reviews=reviews):
        raise DomainError(
            "may_not_hold",
            f"{filing.filing_no} 是“{state.label}”，须由能受理备案的人承办，{to}没有这项权限。",
            field="to",
        )


def _listed(numbers: Sequence[str]) -> str:
    told = "、".join(numbers[:5])
    return f"{told} 等 {len(numbers)} 件" if len(numbers) > 5 else f"{told} " if told else ""
