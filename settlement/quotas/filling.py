"""填表: forms 6-1 and 6-2 of a round out of its stored items and base months."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from agency.errors import DomainError
from agency.money import yuan
from agency.organisation.models import PoolingRegion
from agency.periods import period_label
from agency.policy.insurance import InsuranceType
from agency.sheets.declare import Value
from agency.sheets.digest import digest
from agency.sheets.filled import Row, SheetData
from settlement.quotas import rules
from settlement.quotas.models import QuotaItem, QuotaRound
from settlement.quotas.sheets import AVERAGE, OF_PROVINCE, SHEETS

PAID_REMARK = "应收（补缴）、应付（退回）为调整后额度与现有额度之差；调整额为核定额度与现有额度之差。"


def items_of(drawn: QuotaRound, region: PoolingRegion | None = None) -> list[QuotaItem]:
    """The items of a round with their months, in the order of form 6-1: 职工 of all regions, then 居民."""
    rows = drawn.items.select_related("region").prefetch_related("bases").order_by("pk")
    items = list(rows.filter(region=region) if region is not None else rows)
    for item in items:
        item.round = drawn  # the one that was read, with its factor
    return items


def region_name(drawn: QuotaRound, region: PoolingRegion) -> str:
    """A region under the name that it had when the round was drawn up."""
    return str(drawn.names.get("regions", {}).get(str(region.pk), region))


def quota_sheet(form: str, drawn: QuotaRound, region: PoolingRegion | None) -> SheetData:
    """Form 6-1 of the province, 6-2 of a region; a draft until the round is approved.

    Errors: `no_such_sheet`, `not_in_round`.
    """
    if form not in SHEETS or (region is None) != (form in OF_PROVINCE):
        raise DomainError("no_such_sheet", f"表 {form} 不是这样的额度表：表 6-1 是全省的，表 6-2 分统筹区。")
    items = items_of(drawn, region)
    if not items:
        raise DomainError("not_in_round", f"{drawn.label}额度核定里没有{region}，没有它的表 6-2。")
    rows = _month_rows(items) if region is not None else _item_rows(drawn, items)
    approved = drawn.approved_at
    return SheetData(
        sheet=SHEETS[form],
        organisation=drawn.names.get("organisation", ""),
        period=f"{drawn.year}",
        period_label=drawn.label,
        region=region_name(drawn, region) if region is not None else "",
        rows=tuple(rows),
        as_of=approved or drawn.drawn_at,
        prepared_on=timezone.localdate(approved) if approved else None,
        state_label=drawn.get_state_display(),
        names={title: drawn.names.get(key, "") for title, key in SIGNATURES.items()},
        remarks=tuple(_remarks(drawn, items if region is not None else [])),
    )


SIGNATURES = {"制表人": "drawn_by", "复核人": "proposed_by", "负责人": "approved_by"}


def round_digest(drawn: QuotaRound) -> str:
    """The digest of form 6-1: what is proposed and approved."""
    return digest(quota_sheet("6-1", drawn, None))


def _remarks(drawn: QuotaRound, items: list[QuotaItem]) -> Iterator[str]:
    """What the figures rest on; of a region, also what comes into force in place of the arithmetic."""
    months = "、".join(period_label(month) for month in drawn.months)
    left = f"；{drawn.lacking}未签发，没有计入" if drawn.left_out else ""
    yield f"核定基数为{months}的月均清算额{left}。自{drawn.effective_on:%Y-%m-%d}起执行。"
    yield PAID_REMARK
    for item in items:
        if item.is_changed:
            label = item.get_insurance_type_display()
            yield f"{label}调整后额度 {yuan(item.changed_fen)}：{item.reason}。"


def _item_rows(drawn: QuotaRound, items: list[QuotaItem]) -> Iterator[Row]:
    for item in items:
        values: dict[str, Value] = {
            "region": region_name(drawn, item.region),
            "insurance_type": InsuranceType(item.insurance_type).label,
            "current": item.current_fen,
            "average": item.average_fen,
            "factor": drawn.factor,
            "quota": item.quota_fen,
            "adjustment": item.adjustment_fen,
            "changed": item.changed_fen,
            "receivable": item.receivable_fen,
            "payable": item.payable_fen,
            "reason": item.reason,
        }
        yield Row(f"{item.region.code}|{item.insurance_type}", values)


def _month_rows(items: list[QuotaItem]) -> Iterator[Row]:
    for item in items:
        named: dict[str, Value] = {"insurance_type": InsuranceType(item.insurance_type).label}
        blank: dict[str, Value] = dict.fromkeys(("factor", "quota", "current", "adjustment"), "")
        for base in item.bases.all():
            month: dict[str, Any] = {"month": base.period, "cases": base.cases, "amount": base.amount_fen}
            yield Row(f"{item.insurance_type}|{base.period}", {**named, **month, **blank})
        average: dict[str, Value] = {
            "month": AVERAGE,
            "cases": "",
            "amount": item.average_fen,
            "factor": item.round.factor,
            "quota": item.quota_fen,
            "current": item.current_fen,
            "adjustment": item.adjustment_fen,
        }
        yield Row(f"{item.insurance_type}|{AVERAGE}", {**named, **average}, counted=False)


# --- what must hold before a sheet is given out -------------------------------------------------------------


def item_faults(item: QuotaItem) -> bool:
    """Whether average or quota do not follow from the months and the factor."""
    amounts = [base.amount_fen for base in item.bases.all()]
    if not amounts:
        return True
    average = rules.average(amounts)
    return (item.average_fen, item.quota_fen) != (average, rules.quota(average, item.round.factor))


def require_round_adds_up(drawn: QuotaRound) -> None:
    """Every item follows from its months, and what was proposed is what stands there; DomainError if not."""
    wrong = [item for item in items_of(drawn) if item_faults(item)]
    if wrong or (drawn.digest and drawn.digest != round_digest(drawn)):
        named = f"（{wrong[0]}）" if wrong else ""
        raise DomainError("does_not_add_up", f"{drawn.label}额度核定算不平{named}，没有出表。请先核对账目。")
