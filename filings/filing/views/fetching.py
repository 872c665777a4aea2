"""What the views of one filing share: fetching it for this person, and reading the version of their page."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from agency.errors import SomeoneElseWasFirst
from agency.web.request import StaffRequest
from filings.filing.models import Filing
from filings.filing.selectors import WITH_NAMES, filings_visible


def visible(request: StaffRequest, filing_no: str) -> Filing:
    """A filing that this person may look at, or 404."""
    return get_object_or_404(filings_visible(request.user), filing_no=filing_no)


def editable(request: StaffRequest, filing_no: str) -> Filing:
    """A filing of the actor's own region, or 404."""
    rows = Filing.objects.editable_by(request.user).select_related(*WITH_NAMES)
    return get_object_or_404(rows, filing_no=filing_no)


def posted_version(request: StaffRequest) -> int | None:
    """The version in the hidden field of the page; None when there is none."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def seen_version(request: StaffRequest) -> int:
    """The version that this person saw; a page that does not say so is refused."""
    version = posted_version(request)
    if version is None:
        raise SomeoneElseWasFirst("看不出您看到的是哪一版内容，没有改动。请重新打开这份备案再办。")
    return version
