"""Reads of statements: lists and their sums, what waits, what is to be paid and recovered, deadlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from agency.journal.models import AuditEntry
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.periods import first_day, next_period
from agency.policy.models import Parameter
from agency.policy.selectors import int_parameter
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import KIND_ORDER, TYPE_ORDER
from settlement.statements.models import (
    InstitutionAccount,
    InstitutionStatement,
    StatementDrawing,
    StatementLine,
)
from settlement.statements.rules import deadline
from settlement.statements.states import LIVE, WAITING, StatementState

DAY = "clearing.hospital_reconcile_day"
SUMMED = ("total_fee_fen", "fund_total_fen", "personal_account_pay_fen", "deduction_fen", "payable_fen")
ZERO = dict.fromkeys(("count", "cases", *SUMMED), 0)
Statements = QuerySet[InstitutionStatement]


@dataclass(frozen=True)
class StatementFilter:
    """What a list of statements is narrowed to, within one month. `state` empty: all that count; `waiting`:
    not yet confirmed by both; `owing`: to be recovered; else one state."""

    period: str = ""
    region: PoolingRegion | None = None
    state: str = ""
    institution: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.region or self.state or self.institution)


def statements_listed(by: User, narrow: StatementFilter) -> Statements:
    """The statements of a month that a person may see, narrowed; the caller pages by number."""
    rows = InstitutionStatement.objects.visible_to(by).filter(period__period=narrow.period)
    if narrow.region is not None:
        rows = rows.filter(care_region=narrow.region)
    if narrow.institution:
        named = Q(institution_code=narrow.institution.upper())
        rows = rows.filter(named | Q(institution_name__contains=narrow.institution))
    return rows.filter(_of_state(narrow.state)).select_related("period", "care_region")


def _of_state(state: str) -> Q:
    if state == "waiting":
        return Q(state__in=WAITING)
    if state == "owing":
        return Q(state__in=LIVE, payable_fen__lt=0)
    return Q(state=state) if state else Q(state__in=LIVE)


def statement_seen(by: User, number: str) -> InstitutionStatement | None:
    """One statement that a person may see, with whom it names."""
    rows = InstitutionStatement.objects.visible_to(by).filter(statement_no=number)
    return rows.select_related("period", "care_region", "institution", "agency_by", "institution_by").first()


def sums_by_state(rows: Statements) -> dict[str, dict[str, int]]:
    """Count and sums of stored statements by state; the statements of a month, never its cases."""
    sums = {f"s_{name}": Sum(name) for name in ("cases", *SUMMED)}
    plain = rows.select_related(None).order_by().values("state").annotate(count=Count("pk"), **sums)
    found = plain.values_list("state", "count", *sums)
    return {state: dict(zip(ZERO, map(int, figures), strict=True)) for state, *figures in found}


def added(sums: Iterable[dict[str, int]]) -> dict[str, int]:
    """The sums of several states together."""
    total = dict(ZERO)
    for row in sums:
        for name, value in row.items():
            total[name] += value
    return total


def lines_of(statement: InstitutionStatement) -> list[StatementLine]:
    """The lines of a statement in the order of insurance types and kinds of care."""
    rows = StatementLine.objects.filter(
        period=statement.period_id,
        care_region=statement.care_region_id,
        institution=statement.institution_id,
        version=statement.version,
    )
    return sorted(rows, key=lambda line: (TYPE_ORDER[line.insurance_type], KIND_ORDER[line.care_kind]))


# --- drawings -----------------------------------------------------------------------------------------------


def months_to_reconcile() -> list[str]:
    """Months that were computed, newest first."""
    return list(
        ClearingPeriod.objects.exclude(computed_at__isnull=True)
        .order_by("-period")
        .values_list("period", flat=True)
    )


def computed_seq(period: str) -> int:
    """The place in the log of a month's last computing; 0: it was never computed."""
    rows = AuditEntry.objects.filter(subject_kind="period", subject_no=period, action="period_computed")
    return rows.aggregate(last=Max("seq"))["last"] or 0


def drawings_of(period: str, region: PoolingRegion | None = None) -> list[StatementDrawing]:
    """The drawings of a month, of all regions or of one."""
    rows = StatementDrawing.objects.filter(period__period=period).select_related("care_region", "drawn_by")
    return list(rows if region is None else rows.filter(care_region=region))


def is_current(drawing: StatementDrawing, computed: int) -> bool:
    """Whether the statements rest on the month as it was computed last, or are final."""
    return drawing.is_final or (drawing.draw_no > 0 and drawing.computed_seq == computed)


# --- deadlines ----------------------------------------------------------------------------------------------


def deadlines(period: str) -> dict[int | None, dt.date]:
    """By when a month is reconciled: by region with a day of its own, and (None) of all others [N22]."""
    on = first_day(next_period(period))
    found: dict[int | None, dt.date] = {None: deadline(period, int_parameter(DAY, on))}
    own = Parameter.objects.in_force(on).filter(key=DAY, region__isnull=False).order_by("valid_from")
    for row in own.select_related("region"):
        found[row.region_id] = deadline(period, int_parameter(DAY, on, row.region))
    return found


def waiting_by_month(by: User) -> list[dict[str, Any]]:
    """Months with statements that wait in the actor's own region, oldest first: counts by state."""
    rows = InstitutionStatement.objects.filter(
        care_region=by.region_id, state__in=(*WAITING, StatementState.AGREED)
    )
    names = {
        "drawn": Count("pk", filter=Q(state=StatementState.DRAWN)),
        "sent": Count("pk", filter=Q(state=StatementState.SENT)),
        "disputed": Count("pk", filter=Q(state=StatementState.DISPUTED)),
        "payable": Count("pk", filter=Q(state=StatementState.AGREED, is_final=True, payable_fen__gt=0)),
        "payable_fen": Sum(
            "payable_fen", filter=Q(state=StatementState.AGREED, is_final=True, payable_fen__gt=0)
        ),
    }
    months: QuerySet[Any, Any] = rows.order_by("period__period").values("period__period")
    return list(months.annotate(**names))


# --- payments -----------------------------------------------------------------------------------------------


def payments_listed(region: PoolingRegion, period: str) -> Statements:
    """付款清单: final statements of a month that both confirmed, with something to pay; paid ones too."""
    rows = InstitutionStatement.objects.filter(period__period=period, care_region=region, is_final=True)
    rows = rows.filter(state__in=(StatementState.AGREED, StatementState.PAID), payable_fen__gt=0)
    return rows.select_related("period", "care_region")


def to_recover(region: PoolingRegion, period: str) -> Statements:
    """待追回: final statements below nil, of this month and carried from earlier ones, not settled yet."""
    rows = InstitutionStatement.objects.filter(care_region=region, is_final=True, payable_fen__lt=0)
    rows = rows.filter(period__period__lte=period).exclude(
        state__in=(StatementState.PAID, StatementState.VOIDED)
    )
    return rows.select_related("period", "care_region").order_by("institution_code", "statement_no")


def owed_by(statements: Iterable[InstitutionStatement], period: str) -> dict[int, int]:
    """What the institutions of these statements have to give back, by institution (fen, above nil)."""
    rows = list(statements)
    if not rows:
        return {}
    owing = to_recover(rows[0].care_region, period).filter(
        institution__in=[row.institution_id for row in rows]
    )
    sums = owing.order_by().values_list("institution").annotate(Sum("payable_fen"))
    return {pk: -int(fen) for pk, fen in sums}


def accounts_of(statements: Iterable[InstitutionStatement], on: dt.date) -> dict[int, InstitutionAccount]:
    """The account in force on a day, by institution, where one is known."""
    ids = [row.institution_id for row in statements]
    found = InstitutionAccount.objects.in_force(on).filter(institution__in=ids).order_by("valid_from")
    return {row.institution_id: row for row in found}


def regions_of(by: User) -> QuerySet[PoolingRegion]:
    """The pooling regions whose statements a person may see."""
    rows = PoolingRegion.objects.filter(kind="pooling")
    return rows if access.sees_all(by) else rows.filter(staff=by)
