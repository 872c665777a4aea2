"""Reads of warnings and increases as lists, for the pages and the home page."""

from __future__ import annotations

from django.db.models import Case, IntegerField, QuerySet, When

from agency.organisation.models import User
from settlement.quotas.rules import Level, Use
from settlement.quotas.states import IncreaseState
from settlement.quotas.use import use_rates
from settlement.quotas.use_models import FundWarning, QuotaIncrease

STATES = {"open": "未处理", "noted": "已处理", "": "全部"}


def warnings_listed(by: User, state: str = "") -> QuerySet[FundWarning]:
    """Warnings that somebody may see: `open` (nobody has noted them), `noted`, or all."""
    rows = FundWarning.objects.visible_to(by).select_related("month", "region", "acknowledged_by")
    if state not in ("open", "noted"):
        return rows
    return rows.filter(acknowledged_at__isnull=state == "open")


def urgent_first(rows: QuerySet[FundWarning]) -> QuerySet[FundWarning]:
    """What nobody has noted before what somebody has, in each the red ones first, then the newest."""
    return rows.order_by(
        Case(When(acknowledged_at__isnull=True, then=0), default=1, output_field=IntegerField()),
        Case(When(level=Level.RED, then=0), default=1, output_field=IntegerField()),
        "-pk",
    )


def warning_named(by: User, warning_no: str) -> FundWarning | None:
    """A warning by its number, where this person may see it."""
    return warnings_listed(by).filter(warning_no=warning_no).first()


def with_use_now(warnings: list[FundWarning]) -> list[tuple[FundWarning, Use | None]]:
    """Each warning with what its month uses now: a month that is not signed may have moved since."""
    rates = use_rates(sorted({warning.month.period for warning in warnings}))
    return [
        (warning, rates.get((warning.month.period, warning.region_id, warning.insurance_type)))
        for warning in warnings
    ]


def use_when_raised(warning: FundWarning) -> Use:
    """What it was raised for."""
    return Use(warning.used_fen, warning.quota_fen, warning.yellow_percent, warning.red_percent)


def increases_listed(by: User, *, is_open: bool = False) -> QuerySet[QuotaIncrease]:
    """Increases that somebody may see, or those that wait to be decided."""
    rows = QuotaIncrease.objects.visible_to(by).select_related(
        "warning__month", "warning__region", "asked_by", "decided_by"
    )
    return rows.filter(state=IncreaseState.ASKED) if is_open else rows


def increase_named(by: User, increase_no: str) -> QuotaIncrease | None:
    """An increase by its number, where this person may see it."""
    return increases_listed(by).filter(increase_no=increase_no).first()


def may_be_raised(warning: FundWarning, now: Use | None) -> bool:
    """Whether an increase can be asked for: still red, and none is asked for or approved on it."""
    if not warning.is_red or now is None or now.level != Level.RED:
        return False
    taken = warning.increases.filter(state__in=[IncreaseState.ASKED, IncreaseState.APPROVED])
    return not taken.exists()
