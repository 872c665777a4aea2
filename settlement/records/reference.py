"""对照: the tables that judge a row, read once per import and asked by date."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field

from agency.organisation.models import AreaCode, PoolingRegion, RegionKind
from agency.organisation.selectors import AreaCodeTable, area_code_table
from agency.policy.models import Parameter
from agency.policy.selectors import regions_where_by_day
from settlement.records.models import CareType
from settlement.records.periods import first_open, signed_periods

ACCOUNT_INSIDE = "records.account_inside_fund_total"

Span = tuple[dt.date, dt.date | None, str]


class AccountInside:
    """Whether an insured region delivers 个人账户 inside 基金支付总额 on a day; read once [P]."""

    def __init__(self) -> None:
        self._on = regions_where_by_day(ACCOUNT_INSIDE)
        self._days: dict[dt.date, set[int]] = {}

    def __call__(self, region_id: int, on: dt.date) -> bool:
        regions = self._days.get(on)
        if regions is None:
            regions = self._days[on] = self._on(on)
        return region_id in regions


@dataclass
class Reference:
    """Regions, area codes, care types, signed months, and where the account stands inside the fund total."""

    areas: AreaCodeTable
    region_codes: dict[int, str]
    region_names: dict[str, str]
    outside: frozenset[int]
    care_types: dict[str, list[Span]]
    signed: set[str]
    words: dict[str, int] = field(default_factory=dict)  # a region's code, name and short name
    account_inside: AccountInside = field(default_factory=AccountInside)

    def care_kind(self, code: str, on: dt.date) -> str | None:
        """The kind of care of a platform code on a day; None when it is not in the table."""
        for start, end, kind in self.care_types.get(code, ()):
            if start <= on and (end is None or on <= end):
                return kind
        return None

    def region_said(self, text: str) -> int | None:
        """The region that a code or a name in a file means; an area within it by the newest codes."""
        found = self.words.get(text)
        return self.areas.region_id(text, dt.date.max) if found is None else found

    def period_of(self, month: str) -> str:
        """The month in which a case of `month` is cleared."""
        return first_open(month, self.signed)


def read_care_types() -> dict[str, list[Span]]:
    """Care type codes with their kinds and dates, the newest first."""
    found: dict[str, list[Span]] = {}
    rows = CareType.objects.order_by("code", "-valid_from")
    for code, start, end, kind in rows.values_list("code", "valid_from", "valid_to", "care_kind"):
        found.setdefault(code, []).append((start, end, kind))
    return found


def reference_digest() -> str:
    """A digest (hex) of all rows that cases are judged by: with another one a preview may differ."""
    tables = (
        AreaCode.objects.order_by("pk").values_list("area_code", "valid_from", "valid_to", "region_id"),
        PoolingRegion.objects.order_by("pk").values_list("pk", "code", "kind"),
        CareType.objects.order_by("pk").values_list("code", "valid_from", "valid_to", "care_kind"),
        Parameter.objects.filter(key=ACCOUNT_INSIDE)
        .order_by("pk")
        .values_list("region_id", "valid_from", "valid_to", "value"),
    )
    told = repr([*(list(rows) for rows in tables), sorted(signed_periods())])
    return hashlib.sha256(told.encode()).hexdigest()


def read_reference() -> Reference:
    """Read every table that rows are judged by."""
    regions = list(PoolingRegion.objects.all())
    return Reference(
        areas=area_code_table(),
        region_codes={region.pk: region.code for region in regions},
        region_names={region.code: region.name for region in regions},
        outside=frozenset(region.pk for region in regions if region.kind == RegionKind.OUTSIDE),
        care_types=read_care_types(),
        signed=signed_periods(),
        words={word: one.pk for one in regions for word in (one.short_name, one.name, one.code)},
    )
