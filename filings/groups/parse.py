"""备案名单的一行: cells → GroupRow, or the one code that refuses it. Pure: what it needs is handed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from agency.identity import IdentityError
from agency.organisation.selectors import AreaCodeTable
from agency.policy.insurance import INSURANCE_BY_TEXT
from agency.tabular.values import Cell, as_shown, lost_digits, to_date, to_text
from filings.filing.agents import Agent
from filings.filing.entry import FilingEntry
from filings.filing.kinds import Channel, FilingKind, GivenAs
from filings.groups.columns import COLUMNS, TEXT_KEYS
from filings.groups.rules import (
    AMBIGUOUS_KINDS,
    RELATION_UNTOLD,
    plain,
    read_channel,
    read_kind,
    read_materials,
)
from filings.people.parse import RowRefused
from filings.people.rules import read_certificate

LONGEST = {
    "name": 50,
    "phone": 30,
    "address": 200,
    "agent_name": 50,
    "agent_cert_no": 30,
    "agent_phone": 30,
    "external_no": 40,
}


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One readable row: an entry as a counter would make it, and what only a file says."""

    entry: FilingEntry
    insured_region_id: int
    care_region_id: int
    ends_on: dt.date | None
    external_no: str

    @property
    def certificate(self) -> tuple[str, str]:
        return self.entry.cert_type, self.entry.cert_no

    @property
    def external(self) -> tuple[str, str]:
        return self.entry.channel, self.external_no


@dataclass(frozen=True)
class Reference:
    """What every row is read by, once for the file. `cities` leads from a province's code to its places,
    `region_codes` from a region's id to its code; `provinces` has the ids of those outside."""

    on: dt.date
    areas: AreaCodeTable
    region_codes: dict[int, str]
    pooling_regions: frozenset[int]
    places: dict[int, frozenset[str]]
    certificate_types: frozenset[str]
    materials: dict[str, str] = field(default_factory=dict)
    own_province: str = ""


def read_row(cells: Mapping[str, Cell], reference: Reference) -> GroupRow:
    """The row, or RowRefused with the first code that applies: missing_value, digits_lost, bad_date,
    bad_id_number, unknown_insurance_type, unknown_region, unknown_kind, unknown_channel, unknown_material,
    not_accepted."""
    _require_values(cells)
    text = {key: to_text(cells[key]) if key in cells else "" for key in TEXT_KEYS}
    begins_on = _day(cells["begins_on"], "begins_on")
    ends_cell = cells.get("ends_on")
    ends_on = _day(ends_cell, "ends_on") if as_shown(ends_cell) else None
    cert_type, cert_no = _certificate(text, reference)
    insurance_type = INSURANCE_BY_TEXT.get(text["insurance_type"])
    if insurance_type is None:
        raise RowRefused(
            "unknown_insurance_type", "insurance_type", "不认识的险种，请写职工或居民（310、390）。"
        )
    insured = _insured_region(text["insured_area"], reference)
    care, province, city = _care_place(text["care_area"], reference)
    kind, channel = _kind(text["kind"]), _channel(text["channel"])
    materials = _materials(text["materials"], reference)
    for key, longest in LONGEST.items():
        if len(text[key]) > longest:
            raise RowRefused("not_accepted", key, f"超过 {longest} 个字，请缩短后再导。")
    entry = FilingEntry(
        cert_type=cert_type,
        cert_no=cert_no,
        name=text["name"],
        insurance_type=insurance_type.value,
        phone=text["phone"],
        kind=kind,
        province=province,
        city=city,
        begins_on=begins_on,
        address=text["address"],
        materials=materials,
        agent=_agent(text),
        channel=channel,
    )
    return GroupRow(entry, insured, care, ends_on, text["external_no"])


def _require_values(cells: Mapping[str, Cell]) -> None:
    for column in COLUMNS:
        if column.required and not as_shown(cells[column.key]):
            raise RowRefused("missing_value", column.key, "是空的，请填写。")
    for key in TEXT_KEYS:
        if lost_digits(cells.get(key)):
            raise RowRefused("digits_lost", key, "在 Excel 里存成了数字，末几位已丢失：请设为文本后重填。")


def _day(cell: Cell, key: str) -> dt.date:
    try:
        return to_date(cell)
    except ValueError as error:
        raise RowRefused("bad_date", key, str(error)) from None


def _certificate(text: Mapping[str, str], reference: Reference) -> tuple[str, str]:
    cert_type = text["cert_type"].zfill(2)
    if cert_type not in reference.certificate_types:
        raise RowRefused("bad_id_number", "cert_type", "不认识的证件类型，请用两位代码，如 01 居民身份证。")
    try:
        return cert_type, read_certificate(cert_type, text["cert_no"], reference.on).number
    except IdentityError as error:
        raise RowRefused("bad_id_number", "cert_no", error.message) from None


def _insured_region(area_code: str, reference: Reference) -> int:
    region_id = reference.areas.region_id(area_code, reference.on)
    if region_id is None or region_id not in reference.pooling_regions:
        raise RowRefused(
            "unknown_region", "insured_area", "参保地区划不在本省统筹区对照表里，请核对六位代码。"
        )
    return region_id


def _care_place(area_code: str, reference: Reference) -> tuple[int, str, str]:
    """(region, province, city) of an area code: a county counts as its city, as at the counter [P]."""
    region_id = reference.areas.region_id(area_code, reference.on)
    if region_id is None:
        raise RowRefused("unknown_region", "care_area", "不认识的就医地区划，请核对六位代码。")
    own, cities = reference.region_codes[region_id], reference.places.get(region_id, frozenset())
    inside = region_id in reference.pooling_regions
    fitting = (area_code, f"{area_code[:4]}00", *([own] if inside else []))
    city = next((code for code in fitting if code in cities), "")
    if not city and (cities or inside):
        raise RowRefused(
            "unknown_region", "care_area", "就医地区划要写到市（州），请用空白表“就医地区划”页里的代码。"
        )
    return region_id, reference.own_province if inside else own, city


def _kind(text: str) -> str:
    kind = read_kind(text)
    if kind is None:
        why = AMBIGUOUS_KINDS.get(text.zfill(2), "不认识的备案类型")
        raise RowRefused("unknown_kind", "kind", f"{why}，请写：{'、'.join(FilingKind.labels)}。")
    return kind


def _channel(text: str) -> str:
    channel = read_channel(text)
    if channel is None:
        raise RowRefused("unknown_channel", "channel", f"不认识的渠道，请写：{'、'.join(Channel.labels)}。")
    return channel


def _materials(text: str, reference: Reference) -> dict[str, str]:
    given, unknown = read_materials(text, reference.materials)
    if unknown:
        shown = "、".join(name[:30] for name in unknown[:3])
        raise RowRefused(
            "unknown_material",
            "materials",
            f"不认识的材料“{shown}”，请用空白表“填写说明”页里的材料名称，几样之间用顿号。",
        )
    if GivenAs.DEFERRED.value in given.values():
        raise RowRefused(
            "not_accepted", "materials", "容缺后补要当面签承诺、打印期限，不能整批导入，请到窗口办理。"
        )
    return given


def _agent(text: Mapping[str, str]) -> Agent:
    name, cert_no, phone = text["agent_name"], text["agent_cert_no"], text["agent_phone"]
    if not (name or cert_no or phone):
        return Agent()
    return Agent(name, plain(cert_no).upper(), phone, RELATION_UNTOLD)
