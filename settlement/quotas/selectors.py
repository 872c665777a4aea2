"""Reads of quotas: what is in force on a day, what a month used, what the base months say."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from django.db.models import Count, QuerySet, Subquery, Sum

from agency.errors import DomainError
from agency.journal.models import AuditEntry
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.policy.insurance import InsuranceType
from agency.policy.selectors import parameter_in_force
from settlement.clearing.models import ClearingLine
from settlement.clearing.selectors import signed_periods
from settlement.quotas.models import Quota, QuotaRound
from settlement.quotas.rules import base_periods
from settlement.quotas.states import RoundState

Key = tuple[int, str]  # region, insurance type


class Owed(NamedTuple):
    """清算人次, 清算金额 (fen) of a region as 参保地 in one month."""

    cases: int
    amount_fen: int


NOTHING = Owed(0, 0)


# --- rounds -------------------------------------------------------------------------------------------------


def rounds_of(by: User) -> QuerySet[QuotaRound]:
    """The rounds that somebody may look at, newest first: a region's staff those that are approved."""
    rows = QuotaRound.objects.select_related("drawn_by", "proposed_by", "approved_by").order_by("-year")
    return rows if access.sees_all(by) else rows.filter(state=RoundState.APPROVED)


def round_of(by: User, year: int) -> QuotaRound | None:
    """A year's round, where this person may look at it."""
    return rounds_of(by).filter(year=year).first()


ENTERED = ("quotas_drawn", "quota_changed", "quotas_proposed")


def has_entered(drawn: QuotaRound, by: User) -> bool:
    """Whether `by` entered any part of a round as it stands: drew it up, changed it since, proposed."""
    if by.pk in (drawn.drawn_by_id, drawn.proposed_by_id):
        return True
    rows = AuditEntry.objects.filter(subject_kind=QuotaRound.machine.kind, subject_no=drawn.journal_no)
    drawn_up = rows.filter(action=ENTERED[0]).order_by("-seq").values("seq")[:1]
    return rows.filter(action__in=ENTERED, by=by, seq__gte=Subquery(drawn_up)).exists()


class RoundSummed(NamedTuple):
    """A round with what it comes to."""

    drawn: QuotaRound
    regions: int
    total_fen: int


def rounds_summed(rounds: QuerySet[QuotaRound]) -> list[RoundSummed]:
    """Rounds with how many regions they have and what their quotas sum up to."""
    sums = rounds.annotate(
        regions=Count("items__region", distinct=True), total_fen=Sum("items__changed_fen", default=0)
    )
    return [RoundSummed(drawn, drawn.regions, drawn.total_fen) for drawn in sums]


# --- quotas -------------------------------------------------------------------------------------------------


def quota_in_force(region: PoolingRegion, insurance_type: str, on: dt.date) -> int | None:
    """The quota of a region and type in force on a day, in fen; None while there has been none."""
    rows = Quota.objects.filter(region=region, insurance_type=insurance_type, effective_from__lte=on)
    return rows.order_by("-effective_from", "-pk").values_list("quota_fen", flat=True).first()


def quotas_in_force(on: dt.date) -> dict[Key, int]:
    """All quotas in force on a day, by region and type."""
    return QuotaHistory().in_force(on)


class QuotaHistory:
    """Every quota that there has been, oldest first, read once for many days."""

    def __init__(self) -> None:
        rows = Quota.objects.order_by("effective_from", "pk")
        self.rows = list(rows.values_list("region", "insurance_type", "effective_from", "quota_fen"))

    def in_force(self, on: dt.date) -> dict[Key, int]:
        """By region and type, in fen; without those that have had none yet."""
        return {(region, kind): fen for region, kind, start, fen in self.rows if start <= on}

    def newest(self) -> dict[Key, tuple[dt.date, int]]:
        """The last one of each region and type, with its first day, also where that is still to come."""
        return {(region, kind): (start, fen) for region, kind, start, fen in self.rows}


class QuotaRow(NamedTuple):
    """One region's quotas in force, by type (None: none yet), and together."""

    region: PoolingRegion
    employee_fen: int | None
    resident_fen: int | None

    @property
    def sum_fen(self) -> int:
        return (self.employee_fen or 0) + (self.resident_fen or 0)


def quota_table(by: User, on: dt.date) -> tuple[list[QuotaRow], QuotaRow | None]:
    """The quotas in force on a day, of the regions somebody may see, and their sums; None without any."""
    quotas = quotas_in_force(on)
    seen = {region for region, _ in quotas}
    regions = PoolingRegion.objects.filter(pk__in=seen if access.sees_all(by) else seen & {by.region_id})
    rows = [QuotaRow(one, *(quotas.get((one.pk, kind)) for kind in InsuranceType.values)) for one in regions]
    if not rows:
        return [], None
    sums = (sum(getattr(row, name) or 0 for row in rows) for name in ("employee_fen", "resident_fen"))
    return rows, QuotaRow(PoolingRegion(name="合计"), *sums)


def later_quota(on: dt.date) -> Quota | None:
    """A quota that comes into force after a day: none may be put before it."""
    rows = Quota.objects.filter(effective_from__gt=on).select_related("region")
    return rows.order_by("-effective_from", "-pk").first()


# --- use ----------------------------------------------------------------------------------------------------


def use_of(region: PoolingRegion, insurance_type: str, period: str) -> int:
    """What a region owes as 参保地 in a computed or signed month, in fen; 0 in a month not computed."""
    rows = ClearingLine.objects.filter(
        period__period=period, insured_region=region, insurance_type=insurance_type
    )
    return int(rows.aggregate(fen=Sum("due_fen"))["fen"] or 0)


def owed_in(periods: list[str]) -> dict[tuple[str, int, str], Owed]:
    """What each region owes as 参保地 by month and type: the last column of its sheets 11."""
    rows = ClearingLine.objects.filter(period__period__in=periods).order_by()
    sums = rows.values_list("period__period", "insured_region", "insurance_type").annotate(
        Sum("cases"), Sum("due_fen")
    )
    return {(period, region, kind): Owed(cases, fen) for period, region, kind, cases, fen in sums}


# --- base months --------------------------------------------------------------------------------------------


def base_months(year: int) -> list[str]:
    """The base months of a year's quotas, by the parameter in force on its first day; DomainError when it
    cannot be read."""
    row = parameter_in_force("fund.base_months", dt.date(year, 1, 1))
    parts = [part.strip() for part in row.value.replace("，", ",").split(",")]
    if not all(part.isascii() and part.isdigit() and 1 <= int(part) <= 12 for part in parts):
        raise DomainError(
            "parameter_unreadable",
            f"政策参数“{row.label}”的值“{row.value}”不是月份，请主管更正。",
            key=row.key,
        )
    return base_periods(year, [int(part) for part in parts])


def signed_of(periods: list[str]) -> list[str]:
    """Those of the months that are signed, in their order."""
    return sorted(signed_periods().intersection(periods))
