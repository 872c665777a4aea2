"""Writes of warnings: raised with each computing, signature and approval, once a level; noted by a person."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from django.db import transaction

from agency.errors import SomeoneElseWasFirst, clean_reason
from agency.journal import audit
from agency.journal.numbers import next_numbers
from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import May
from settlement.clearing.models import ClearingPeriod
from settlement.quotas.rules import Level, Use
from settlement.quotas.use import MonthKey, computed_periods, use_rates
from settlement.quotas.use_models import FundWarning

SERIES = "fund-warning-"  # and the month
Reached = dict[MonthKey, Use]


def lacking_warnings() -> Reached:
    """Months, regions and types that have reached a level and have no warning of it."""
    rates = use_rates(computed_periods())
    reached = {key: use for key, use in rates.items() if use.level != Level.NONE}
    rows = FundWarning.objects.values_list("month__period", "region", "insurance_type", "level")
    known = set(rows)
    return {key: use for key, use in reached.items() if (*key, use.level.value) not in known}


def warnings_raise(*, by: User, at: dt.datetime) -> list[FundWarning]:
    """预警: one for each level that was reached and has none yet; what fell back since keeps its own.

    Call it under the lock of the records (settlement/records/locks.py), after all other locks but the log's.
    """
    lacking = lacking_warnings()
    if not lacking:
        return []
    months = ClearingPeriod.objects.in_bulk({key[0] for key in lacking}, field_name="period")
    regions = PoolingRegion.objects.in_bulk({key[1] for key in lacking})
    counts = Counter(key[0] for key in lacking)
    numbers = {period: iter(next_numbers(f"{SERIES}{period}", count)) for period, count in counts.items()}
    raised = [
        FundWarning(
            warning_no=f"YJ{period}-{next(numbers[period]):03d}",
            month=months[period],
            region=regions[region],
            insurance_type=kind,
            level=use.level,
            used_fen=use.used_fen,
            quota_fen=use.quota_fen or 0,  # nothing is reached without a quota
            yellow_percent=use.yellow,
            red_percent=use.red,
            raised_at=at,
            raised_by=by,
        )
        for (period, region, kind), use in lacking.items()
    ]
    FundWarning.objects.bulk_create(raised)
    _log_raised(raised, by=by, at=at)
    return raised


def _log_raised(raised: list[FundWarning], *, by: User, at: dt.datetime) -> None:
    subjects = [
        audit.Subject(
            "fund_warning",
            warning.warning_no,
            warning.region,
            {"periods": [warning.month.period], "level": str(warning.get_level_display())},
        )
        for warning in raised
    ]
    audit.record_many("fund_warning_raised", by=by, at=at, subjects=subjects)


@transaction.atomic
def warning_acknowledge(*, warning: FundWarning, note: str, by: User, at: dt.datetime) -> FundWarning:
    """处理预警: somebody of the region or the province says what was done about it, once.

    Errors: NotAllowed, `note_missing`, `note_too_long`, SomeoneElseWasFirst.
    """
    access.require(by, May.NOTE_WARNINGS, warning.region)
    note = clean_reason(note, field="note", what="处理情况", missing="请写明处理情况。")
    rows = FundWarning.objects.filter(pk=warning.pk, acknowledged_at__isnull=True)
    if rows.update(acknowledged_by=by, acknowledged_at=at, note=note) != 1:
        raise SomeoneElseWasFirst("同事刚处理过这条预警，请刷新后再看。")
    warning.refresh_from_db()
    audit.record(
        "fund_warning_noted",
        by=by,
        at=at,
        subject_kind="fund_warning",
        subject_no=warning.warning_no,
        region=warning.region,
        note=note,
    )
    return warning
