"""各版: keeping what a month says whenever that changed, and finding what it said at a moment.

A version holds everything that sheets 9–14 are filled from, as plain JSON: the same sheets, with the same
digests, can be drawn from it at any later time. Higher and neighbouring subjects join `PARTS` with theirs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from agency.errors import DomainError
from agency.organisation.models import User
from agency.periods import SHANGHAI, period_label
from agency.registry import Registry
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import DeductionRow, Line, digest_of
from settlement.clearing.selectors import deduction_rows, lines_of
from settlement.clearing.version_models import MonthVersion, VersionCause

MOMENTS = ("computed_at", "signed_at")
FIGURES = ("state", "version", "cases", "local_cases", "receivable_fen", "lines_digest", "digest")
MINUTE = dt.timedelta(minutes=1)

# (month) -> plain JSON that stands in the version's content under the name
PARTS: Registry[Callable[[ClearingPeriod], Any]] = Registry("parts of a month's version")


# --- keeping ------------------------------------------------------------------------------------------------


def version_keep(
    month: ClearingPeriod,
    *,
    by: User,
    at: dt.datetime,
    cause: VersionCause,
    lines: list[Line] | None = None,
) -> MonthVersion | None:
    """Keep what the month says now; None when the newest version says the same.

    Call it in the transaction that holds the month, before its state becomes signed in the database.
    """
    content = month_content(month, lines if lines is not None else lines_of(month))
    digest = digest_of(content)
    newest = newest_version(month)
    if newest is not None and newest.digest == digest:
        return None
    return MonthVersion.objects.create(
        period=month,
        version_no=newest.version_no + 1 if newest else 1,
        signed_version=month.version,
        cause=cause,
        by=by,
        at=at,
        records=month.cases,
        local_records=month.local_cases,
        lines_digest=month.lines_digest,
        digest=digest,
        content=content,
    )


def month_content(month: ClearingPeriod, lines: list[Line]) -> dict[str, Any]:
    """Everything that the month's sheets are filled from, as plain JSON."""
    return {
        **{name: getattr(month, name) for name in FIGURES},
        **{name: _iso(getattr(month, name)) for name in MOMENTS},
        "names": month.names,
        "lines": [list(line) for line in sorted(lines)],
        "deductions": [list(row) for row in deduction_rows(month)],
        **{entry.name: entry.function(month) for entry in PARTS},
    }


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).isoformat() if moment else None


# --- finding ------------------------------------------------------------------------------------------------


def versions_of(month: ClearingPeriod) -> QuerySet[MonthVersion]:
    """The versions of a month, newest first, without their content."""
    return month.versions.defer("content").select_related("by").order_by("-version_no")


def newest_version(month: ClearingPeriod) -> MonthVersion | None:
    return versions_of(month).first()


def version_numbered(month: ClearingPeriod, number: int) -> MonthVersion:
    """One version with its content; DomainError when there is none of this number."""
    found = month.versions.select_related("by").filter(version_no=number).first()
    if found is None:
        raise DomainError("no_such_version", f"{period_label(month.period)}的清算没有第 {number} 版。")
    return found


def moment_read(text: str) -> dt.datetime:
    """A moment as a page or command gives it, in Shanghai where no zone is named; DomainError for others."""
    try:
        moment = dt.datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
        if 2000 <= moment.year < 2200:  # what every database and calendar can hold
            return moment
    except (ValueError, OverflowError):
        pass
    raise DomainError("bad_moment", f"“{text[:30]}”不是时间：请写成 2026-11-20T12:00。")


def version_at(month: ClearingPeriod, moment: dt.datetime) -> MonthVersion:
    """The newest version that there was at a moment, its whole minute included; DomainError when none was."""
    rows = month.versions.select_related("by").filter(at__lt=moment + MINUTE)
    found = rows.order_by("-version_no").first()
    if found is None:
        shown = f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        raise DomainError("not_computed", f"{shown}时{period_label(month.period)}还没有计算，没有清算表。")
    return found


# --- reading a version --------------------------------------------------------------------------------------


def month_then(version: MonthVersion) -> ClearingPeriod:
    """The month's row as it was in a version; never saved."""
    content = version.content
    month = ClearingPeriod(
        pk=version.period_id,
        period=version.period.period,
        names=content["names"],
        payable_fen=content["receivable_fen"],
        **{name: content[name] for name in FIGURES},
    )
    for name in MOMENTS:
        text = content[name]
        setattr(month, name, dt.datetime.fromisoformat(text) if text else None)
    return month


def lines_then(version: MonthVersion) -> list[Line]:
    return [Line._make(row) for row in version.content["lines"]]


def deductions_then(version: MonthVersion) -> list[DeductionRow]:
    return [DeductionRow._make(row) for row in version.content["deductions"]]
