"""待准予提前变更: open filings that leave a locked place early and wait for a supervisor to let them go [S4].

Each open filing notes until when the place that it leaves is locked (`lock_until`, None: it leaves none), so
that a supervisor finds what waits without being told the number, and no list judges every draft. The note is
the lock of `judging.judge`: written when the filing is saved, and here, of many at once, when something else
decides it: another filing of the person is cancelled, the terms of a kind are put right, a paper did not come
(tests/filings/filing/test_waivers.py and `check_books` prove that it stays so).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from filings.filing.judging import cancelled_of, first_at_place, load_changes_of_address, places_left
from filings.filing.models import Filing, KindTerms
from filings.filing.selectors import locks_of, terms_held
from filings.filing.states import IN_HAND

CHUNK = 500


def waiver_wanted() -> Q:
    """What leaves a place before its lock ends, and nobody has let go to where it goes now."""
    let_go = Q(lock_waived_by__isnull=False, lock_waived_area_code=F("care_area_code"))
    return Q(lock_until__isnull=False, lock_until__gt=F("begins_on")) & ~let_go


def locks_note(rows: QuerySet[Filing]) -> int:
    """Note the locks of the open ones of `rows` anew; how many were noted otherwise."""
    wrong = list(locks_noted_wrong(rows))
    for filing, until in wrong:
        filing.lock_until = until
    return Filing.objects.bulk_update([filing for filing, _ in wrong], ["lock_until"], batch_size=CHUNK)


def locks_noted_wrong(rows: QuerySet[Filing]) -> Iterator[tuple[Filing, dt.date | None]]:
    """The open ones of `rows` whose note is not what the rules say, with what they say; a bounded number of
    queries for each few hundred of those that change a filing or follow a cancelled one."""
    gone = Filing.objects.cancelled_after_valid().filter(person=OuterRef("person"))
    maybe = rows.filter(state__in=IN_HAND).filter(
        Q(replaces__isnull=False) | Q(lock_until__isnull=False) | Exists(gone)
    )
    keys = list(maybe.order_by("pk").values_list("pk", flat=True))
    found = Filing.objects.select_related("replaces__care_region").order_by("pk")
    for start in range(0, len(keys), CHUNK):
        filings = list(found.filter(pk__in=keys[start : start + CHUNK]))
        said = _locks_of(filings)
        yield from ((row, said.get(row.pk)) for row in filings if row.lock_until != said.get(row.pk))


def _locks_of(filings: Sequence[Filing]) -> dict[int, dt.date]:
    """Until when the places that these leave are locked, of those that leave one."""
    terms = list(KindTerms.objects.filter(kind__in={row.kind for row in filings}).order_by("-valid_from"))
    cancelled: dict[int, list[Filing]] = {}
    for old in cancelled_of({row.person_id for row in filings}):
        cancelled.setdefault(old.person_id, []).append(old)
    load_changes_of_address([row.to_replace for row in filings if row.to_replace is not None])
    left = {row.pk: _left_by(row, cancelled, terms) for row in filings}
    firsts = {first.pk: first for several in left.values() for first in several}
    until = dict(locks_of(list(firsts.values())))
    days = {
        pk: [until[row.filing_no] for row in several if row.filing_no in until]
        for pk, several in left.items()
    }
    return {pk: max(found) for pk, found in days.items() if found}


def _left_by(filing: Filing, cancelled: dict[int, list[Filing]], terms: list[KindTerms]) -> list[Filing]:
    """The filings with which the person came to the places that this one leaves."""
    held = terms_held(terms, filing) if filing.care_area_code else None
    if held is None:
        return []
    left = [filing.to_replace] if filing.to_replace is not None else []
    left += cancelled.get(filing.person_id, []) if held.lock_months else []
    found = places_left(left, area_code=filing.care_area_code, own_no=filing.filing_no)
    return [first_at_place(row) for row in found]
