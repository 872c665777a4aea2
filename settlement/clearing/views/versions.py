"""Pages of what a month said at other times: the version that is asked for, two versions side by side."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from agency.errors import DomainError
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.web.access import needs
from agency.web.request import StaffRequest
from settlement.clearing.filling import MonthBook
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import Party
from settlement.clearing.selectors import month_named
from settlement.clearing.version_compare import (
    changed_deductions,
    changed_lines,
    changed_sheets,
    changed_totals,
)
from settlement.clearing.version_models import MonthVersion
from settlement.clearing.versions import moment_read, version_at, version_numbered, versions_of

LINES_SHOWN = 500
VERSIONS_SHOWN = 50


def version_asked(request: StaffRequest, month: ClearingPeriod) -> MonthVersion | None:
    """The version that `?version=` or `?as_of=` (a moment in Shanghai) names; None: the month as it is."""
    number, moment = request.GET.get("version", "").strip(), request.GET.get("as_of", "").strip()
    if number:
        return version_numbered(month, _number(number))
    return version_at(month, moment_read(moment)) if moment else None


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise DomainError("bad_version", f"“{text[:20]}”不是版次：请写成数字，如 2。")
    return int(text)


@needs(May.READ_CLEARING)
@require_GET
def period_versions(request: StaffRequest, period: str) -> HttpResponse:
    """Two versions of a month side by side: what differs; `?a=` and `?b=` are their numbers."""
    month = month_named(period)
    if month is None:
        raise Http404
    versions = list(versions_of(month))
    context: dict[str, Any] = {"month": month, "versions": versions}
    first, second = _chosen(request, versions)
    if first is not None and second is not None:
        a, b = version_numbered(month, first), version_numbered(month, second)
        context |= {"a": a, "b": b, **_compared(request.user, a, b)}
    return render(request, "settlement/clearing/versions.html", context)


def _chosen(request: StaffRequest, versions: list[MonthVersion]) -> tuple[int | None, int | None]:
    """The numbers asked for; else the last two signed ones, else the newest two."""
    a, b = request.GET.get("a", "").strip(), request.GET.get("b", "").strip()
    if a and b:
        return _number(a), _number(b)
    signed = [version for version in versions if version.is_signed]
    pair = (signed if len(signed) > 1 else versions)[:2]
    return (pair[1].version_no, pair[0].version_no) if len(pair) == 2 else (None, None)


def _compared(user: User, a: MonthVersion, b: MonthVersion) -> dict[str, Any]:
    """What differs, of the lines and sheets that this person may see."""
    own = None if access.sees_all(user) else user.region_id or 0
    region = None if own is None else Party(own, "", "", False, True)
    before, after = MonthBook(a.period, region, a), MonthBook(b.period, region, b)
    lines = list(changed_lines(before, after))
    gone, come = changed_deductions(before, after)
    return {
        "lines": lines[:LINES_SHOWN],
        "more": len(lines) > LINES_SHOWN,
        "totals": changed_totals(before, after),
        "gone": gone,
        "come": come,
        "sheets": list(changed_sheets(before, after, own)),
        "parties": after.parties,
    }
