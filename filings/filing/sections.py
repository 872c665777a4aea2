"""一份备案的各栏: what other slices show on the page of a filing, and do when one takes effect.

A slice that stands above filings (scans, follow-ups, stays …) joins here, so that the filing stays ignorant
of it. A section is a CardSection; its template gets `section` and the page's context.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any

from agency.registry import Registry

# (user, filing, today) -> CardSection | None, drawn under the filing's own cards
SECTIONS: Registry[Callable[..., Any]] = Registry("sections of a filing")
# (user, filing, today) -> Iterable[Action], the forms that print with the filing's person and content
FORMS: Registry[Callable[..., Any]] = Registry("forms of a filing")
# (user, filing, today) -> Iterable[Action], buttons beside the filing's own
ACTIONS: Registry[Callable[..., Any]] = Registry("actions of a filing")
# (user, filing, today, query of the URL) -> WayOn | None, the list that this person came from
WAYS_ON: Registry[Callable[..., Any]] = Registry("lists that lead on from a filing")
# (filing, *, by, at) -> None, inside the transaction that puts a filing in force
TAKES_EFFECT: Registry[Callable[..., Any]] = Registry("when a filing takes effect")
# (filings, *, by, at) -> None: the same of many that are new and fetched with their person and insured region
# (a list that is loaded), under the name that stands in TAKES_EFFECT, without a query for each
TAKE_EFFECT_TOGETHER: Registry[Callable[..., Any]] = Registry("when many filings take effect together")
# (person ids, on) -> {(person id, region id): until}, where a region takes no promise from a person
PROMISE_BARS: Registry[Callable[..., Any]] = Registry("who may give no promise")
# (filing) -> the codes of the papers of which there is a scan
PAPERS_SCANNED: Registry[Callable[..., Any]] = Registry("papers of a filing that were scanned")
# (user, person, region, today) -> Iterable[str], what a clerk is to know before a filing is begun
WARNINGS: Registry[Callable[..., Any]] = Registry("warnings of a person")


def take_effect_together(filings: Sequence[Any], **acting: Any) -> None:
    """What follows when many new filings take effect; an entry for single ones only is asked for each."""
    for entry in TAKES_EFFECT:
        if entry.name in TAKE_EFFECT_TOGETHER:
            TAKE_EFFECT_TOGETHER[entry.name](filings, **acting)
            continue
        for filing in filings:
            entry.function(filing, **acting)


def papers_scanned(filing: Any) -> frozenset[str]:
    """The codes of the papers of which there is a scan."""
    return frozenset(code for entry in PAPERS_SCANNED for code in entry.function(filing))


def promises_barred(people: Collection[int], on: dt.date) -> dict[tuple[int, int], dt.date]:
    """Until when which region takes no promise from which of these persons [P]."""
    barred: dict[tuple[int, int], dt.date] = {}
    for entry in PROMISE_BARS:
        barred |= entry.function(people, on)
    return barred
