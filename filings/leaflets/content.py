"""一次性告知单: everything about one kind of filing that somebody should know before coming, on one page.

It is made from the rules in force: material rules, terms of the kind, parameters, counters.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from agency.journal.papers import FormContent
from agency.organisation.models import Counter, PoolingRegion
from agency.policy.selectors import int_parameter
from filings.filing.kinds import Channel, FilingKind, Term
from filings.filing.models import KindTerms
from filings.filing.selectors import needs_review
from filings.filing.validity import CROSS_PROVINCE, IN_PROVINCE
from filings.materials.rules import Group
from filings.materials.selectors import groups_of, material_names
from filings.materials.sources import source_names

SCOPES = {CROSS_PROVINCE: "跨省", IN_PROVINCE: "省内"}
WHO = {
    FilingKind.RETIRED_RELOCATION: "退休后在参保地以外定居的人员",
    FilingKind.LONG_TERM_RESIDENCE: "长期在参保地以外居住生活的人员",
    FilingKind.LONG_TERM_WORK: "由用人单位派驻参保地以外工作，或在外进修、学习的人员",
    FilingKind.MATERNITY: "在参保地以外生育的人员",
    FilingKind.REFERRAL: "由有转诊资格的医院或省级以上区域医疗中心转到参保地以外治疗的人员",
    FilingKind.EMERGENCY: "在参保地以外因急诊、抢救就医的人员；视同已备案，不用事先办理",
    FilingKind.TEMPORARY_OTHER: "因其他原因临时到参保地以外就医的人员",
}


@dataclass(frozen=True)
class LeafletGroup:
    """One group of papers: what it asks for, each way of giving it, whether a promise may stand for it."""

    label: str
    ways: tuple[str, ...]
    promise: bool
    note: str = ""


@dataclass(frozen=True)
class Leaflet(FormContent):
    """告知单: no personal data, no code; `told_on` says as of when."""

    FORM_NO: ClassVar[str] = "告知"
    TITLE: ClassVar[str] = "异地就医备案一次性告知单"
    NAME: ClassVar[str] = "一次性告知单"
    TEMPLATE: ClassVar[str] = "filings/leaflets/paper.html"

    kind: str = ""
    who: str = ""
    scope: str = ""
    insured_at: str = ""
    told_on: dt.date | None = None
    is_offered: bool = True
    groups: tuple[LeafletGroup, ...] = ()
    promise_days: int | None = None
    is_long_term: bool = False
    validity_months: int | None = None
    lock_months: int | None = None
    settlements_allowed: int | None = None
    reviewed: bool = True
    online_days: int | None = None
    counters: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()


def leaflet_of(kind: FilingKind, *, scope: str, region: PoolingRegion | None, on: dt.date) -> Leaflet:
    """The leaflet of a kind for places within or outside the province, as of a day; without a region the
    rules that hold for the whole province."""
    terms = KindTerms.objects.in_force(on).filter(kind=kind).order_by("-valid_from").first()
    groups = groups_of(kind, scope=scope, region=region, on=on)
    names = material_names()
    sources = [group.source for group in groups] + ([terms.source] if terms is not None else [])
    promise = any(group.commitment_allowed for group in groups)
    cross = scope == CROSS_PROVINCE
    return Leaflet(
        kind=str(kind.label),
        who=WHO[kind],
        scope=SCOPES[scope],
        insured_at=str(region or "吉林省"),
        told_on=on,
        is_offered=terms is not None and terms.offered,
        groups=tuple(_group(group, names) for group in groups),
        promise_days=int_parameter("filing.commitment_followup_workdays", on, region) if promise else None,
        is_long_term=terms is not None and terms.term == Term.LONG_TERM,
        validity_months=terms.validity_months if terms is not None else None,
        lock_months=(terms.lock_months or None) if terms is not None and cross else None,
        settlements_allowed=terms.settlements_allowed if terms is not None else None,
        reviewed=region is None or needs_review(kind, Channel.COUNTER, on=on, region=region),
        online_days=int_parameter("filing.review_workdays.online", on, region),
        counters=_counters(region, on),
        sources=tuple(source_names(sources)),
    )


def _group(group: Group, names: dict[str, str]) -> LeafletGroup:
    ways = tuple("和".join(names.get(code, code) for code in codes) for codes in group.alternatives)
    note = group.note.partition("[")[0].strip()
    return LeafletGroup(group.label.partition("（")[0], ways, group.commitment_allowed, note)


def _counters(region: PoolingRegion | None, on: dt.date) -> tuple[tuple[str, str], ...]:
    if region is None:
        return ()
    rows = Counter.objects.in_force(on).filter(agency__region=region)
    return tuple(rows.values_list("name", "address"))
