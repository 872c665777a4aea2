"""一次对账怎样显示: its totals on both sides, its classes, what it compared; reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum

from agency.organisation import access
from agency.organisation.models import Institution, PoolingRegion, User
from agency.periods import period_label
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from settlement.reconciliation.kinds import DiscrepancyKind, SourceKind
from settlement.reconciliation.models import Discrepancy, ReconciliationRun, RunTotal
from settlement.reconciliation.states import DiscrepancyState, RunState
from settlement.reconciliation.totals_file import COUNT, GROSS
from settlement.reconciliation.totals_file import FIGURES as SAID_BY

FIGURES = ("count", "fee_fen", "fund_fen", "account_fen")
TITLES = ("人次", "医疗费总额", "基金支付", "个人账户")
WITH_NAMES = ("region", "scope_region", "scope_institution", "created_by", "signed_by")


def runs_listed(by: User, given: Mapping[str, Any]) -> QuerySet[ReconciliationRun]:
    """The comparisons that a person may see, narrowed; the caller orders and pages by key."""
    names = {
        "period": "period",
        "source": "source",
        "state": "state",
        "institution": "scope_institution__code",
    }
    rows = ReconciliationRun.objects.visible_to(by).filter(
        **{names[name]: value for name, value in given.items() if name in names}
    )
    region = given.get("region")
    if region is not None:
        rows = rows.filter(region=region) | rows.filter(scope_region=region)
    return rows.select_related(*WITH_NAMES).defer("report", "columns", "compared", "notes")


def run_visible(by: User) -> QuerySet[ReconciliationRun]:
    """Comparisons of the own region with all that their page tells; the province sees all."""
    if not access.sees_all(by) and by.region_id is None:
        return ReconciliationRun.objects.none()
    rows = ReconciliationRun.objects.visible_to(by)
    return rows.select_related(*WITH_NAMES, "file", "mapping").defer("report")


@dataclass(frozen=True)
class Figure:
    """One figure on both sides: how many, or fen; None where their file does not say."""

    title: str
    ours: int
    theirs: int | None
    is_money: bool

    @property
    def gap(self) -> int:
        return 0 if self.theirs is None else self.ours - self.theirs


@dataclass(frozen=True)
class TotalRow:
    """A group of the totals with its figures, by names; empty where their file does not say."""

    institution_code: str
    institution: str
    insurance: str
    care: str
    region: str
    figures: list[Figure]


def is_said(run: ReconciliationRun, at: int, *, gross: bool) -> bool:
    """Whether their file says the figure in this place of FIGURES; of cases their number is always known,
    and each amount with refunds and without."""
    if run.source != SourceKind.TOTALS:
        return SAID_BY[at] == COUNT or SAID_BY[at] in run.compared
    return f"{SAID_BY[at]}{GROSS if gross else ''}" in run.compared


def is_gross_alone(run: ReconciliationRun) -> bool:
    """Whether their file says nothing but figures without refunds."""
    places = range(len(FIGURES))
    net, without = (any(is_said(run, at, gross=gross) for at in places) for gross in (False, True))
    return without and not net


def sums_of(run: ReconciliationRun, *, gross: bool) -> list[Figure]:
    """All groups together; `gross` leaves out the reversals."""
    named = _columns(gross)
    sums = RunTotal.objects.filter(run=run).aggregate(**{f"s_{name}": Sum(name) for name in named})
    return _figures(run, {name: int(sums[f"s_{name}"] or 0) for name in named}, gross)


def totals_shown(run: ReconciliationRun, rows: list[RunTotal], *, gross: bool) -> list[TotalRow]:
    """Groups of a run as they are listed, in two queries however many."""
    codes = {row.institution_code for row in rows} - {""}
    institutions = dict(Institution.objects.filter(code__in=codes).values_list("code", "name"))
    regions = dict(PoolingRegion.objects.values_list("code", "short_name"))
    insurances, kinds = dict(InsuranceType.choices), dict(CareKind.choices)
    return [
        TotalRow(
            row.institution_code,
            institutions.get(row.institution_code, ""),
            str(insurances.get(row.insurance_type, row.insurance_type)),
            str(kinds.get(row.care_kind, row.care_kind)),
            regions.get(row.agency_code, row.agency_code),
            _figures(run, {name: getattr(row, name) for name in _columns(gross)}, gross),
        )
        for row in rows
    ]


def _columns(gross: bool) -> list[str]:
    middle = "gross_" if gross else ""
    return [f"{side}_{middle}{name}" for side in ("our", "their") for name in FIGURES]


def _figures(run: ReconciliationRun, values: Mapping[str, int], gross: bool) -> list[Figure]:
    middle = "gross_" if gross else ""
    return [
        Figure(
            title,
            values[f"our_{middle}{name}"],
            values[f"their_{middle}{name}"] if is_said(run, at, gross=gross) else None,
            name != "count",
        )
        for at, (title, name) in enumerate(zip(TITLES, FIGURES, strict=True))
    ]


# what is counted of ours beside what their file has, where that is not cases: title, what they are
_OURS_ARE = {
    SourceKind.TOTALS: ("我方组数", "按对方文件分的组"),
    SourceKind.SHEET: ("我方行数", "我方表里的行"),
    SourceKind.BANK: ("我方流水和通知书", "登记的流水、已开的通知书"),
}


def ours_are(run: ReconciliationRun) -> tuple[str, str]:
    """How the number of ours is called, and what is counted."""
    cases = ("我方笔数", f"{period_label(run.period)}结算的")
    return _OURS_ARE.get(SourceKind(run.source), cases)


@dataclass(frozen=True)
class KindCount:
    kind: str
    label: str
    count: int


def classes_of(run: ReconciliationRun) -> list[KindCount]:
    """How many differences of each class, in the order of the classes; those that occur."""
    return [
        KindCount(kind.value, str(kind.label), run.counts[kind.value])
        for kind in DiscrepancyKind
        if run.counts.get(kind.value)
    ]


def states_of(run: ReconciliationRun) -> dict[str, int]:
    """How many differences are open, judged, settled."""
    found = dict.fromkeys(DiscrepancyState.values, 0)
    if run.state not in (RunState.COMPARED, RunState.SIGNED, RunState.VOIDED):
        return found
    unsettled = Discrepancy.objects.filter(run=run).exclude(state=DiscrepancyState.SETTLED).order_by()
    found.update(unsettled.values_list("state").annotate(n=Count("pk")))
    found[DiscrepancyState.SETTLED] = run.differences - sum(found.values())
    return found
