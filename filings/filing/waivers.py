"""待准予提前变更: open filings that leave a locked place early and wait for a supervisor to let them go [S4].

The same as the reason `locked` of `judging.judge`, of many filings at once, so that a supervisor finds them
without being told the number (tests/filings/filing/test_waivers.py proves it).
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from agency.organisation.models import User
from filings.filing.judging import cancelled_of, first_at_place, load_changes_of_address, places_left
from filings.filing.models import Filing, KindTerms
from filings.filing.selectors import locks_of, terms_held
from filings.filing.states import OPEN

AT_MOST = 500


def waivers_wanted(by: User) -> list[int]:
    """The keys of the open filings of the actor's region that a supervisor's waiver would let go, oldest
    first, of at most AT_MOST that might; a bounded number of queries."""
    rows = list(_may_leave(by)[:AT_MOST])
    if not rows:
        return []
    terms = list(KindTerms.objects.filter(kind__in={row.kind for row in rows}).order_by("-valid_from"))
    cancelled: dict[int, list[Filing]] = {}
    for old in cancelled_of({row.person_id for row in rows}):
        cancelled.setdefault(old.person_id, []).append(old)
    load_changes_of_address([row.to_replace for row in rows if row.to_replace is not None])
    left = {row.pk: _left_by(row, cancelled, terms) for row in rows}
    firsts = {first.pk: first for several in left.values() for first in several}
    until = dict(locks_of(list(firsts.values())))
    return [row.pk for row in rows if _is_locked(row, left[row.pk], until)]


def _may_leave(by: User) -> QuerySet[Filing]:
    """Open filings that are not let go yet, and change a filing or follow a cancelled one."""
    rows = Filing.objects.editable_by(by).filter(state__in=sorted(OPEN), begins_on__isnull=False)
    rows = rows.exclude(kind="").exclude(care_area_code="")
    gone = Filing.objects.cancelled_after_valid().filter(person=OuterRef("person"))
    moves = Q(replaces__isnull=False) & ~Q(replaces__care_area_code=F("care_area_code"))
    let_go = Q(lock_waived_by__isnull=False, lock_waived_area_code=F("care_area_code"))
    rows = rows.filter(moves | Exists(gone)).exclude(let_go).order_by("pk")
    return rows.select_related("replaces__care_region")


def _left_by(filing: Filing, cancelled: dict[int, list[Filing]], terms: list[KindTerms]) -> list[Filing]:
    """The filings with which the person came to the places that this one leaves."""
    held = terms_held(terms, filing)
    if held is None:
        return []
    left = [filing.to_replace] if filing.to_replace is not None else []
    left += cancelled.get(filing.person_id, []) if held.lock_months else []
    found = places_left(left, area_code=filing.care_area_code, own_no=filing.filing_no)
    return [first_at_place(row) for row in found]


def _is_locked(filing: Filing, left: list[Filing], until: dict[str, dt.date]) -> bool:
    days = [until[row.filing_no] for row in left if row.filing_no in until]
    return filing.begins_on is not None and any(filing.begins_on < day for day in days)
