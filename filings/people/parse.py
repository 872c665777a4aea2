"""参保登记的一行: cells → PersonRow, or the one code that refuses it. Pure: what it needs is handed in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from agency.identity import IdentityError
from agency.organisation.selectors import AreaCodeTable
from agency.policy.insurance import INSURANCE_BY_TEXT
from agency.tabular.values import Cell, as_shown, lost_digits, to_date, to_text
from filings.people.choices import Sex
from filings.people.columns import COLUMNS, TITLES
from filings.people.rules import CATEGORY_BY_TEXT, STATUS_BY_TEXT, read_certificate

TEXT_KEYS = (
    "cert_type", "cert_no", "name", "insurance_type", "area_code", "category", "status", "employer",
    "platform_no",
)  # fmt: skip
LONGEST = {"cert_no": 30, "name": 50, "employer": 100, "platform_no": 30}


class RowRefused(Exception):
    """A row is refused: the code of interfaces, the column at fault, and the sentence for the clerk."""

    def __init__(self, code: str, key: str, message: str) -> None:
        super().__init__(code)
        self.code, self.key, self.message = code, key, message


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One readable row, in the terms of the register."""

    cert_type: str
    cert_no: str
    name: str
    sex: str
    birth_date: dt.date | None
    region_id: int
    area_code: str
    insurance_type: str
    category: str
    status: str
    begins_on: dt.date
    employer: str | None  # None: the file has no such column
    platform_no: str = ""  # empty: the file does not say

    @property
    def certificate(self) -> tuple[str, str]:
        return self.cert_type, self.cert_no

    @property
    def enrolment(self) -> tuple[str, str, int, str]:
        return self.cert_type, self.cert_no, self.region_id, self.insurance_type

    def says(self) -> dict[str, object]:
        """What the enrolment is to hold."""
        held: dict[str, object] = {
            "area_code": self.area_code,
            "category": self.category,
            "status": self.status,
            "begins_on": self.begins_on,
        }
        return held if self.employer is None else {**held, "employer": self.employer}


@dataclass(frozen=True)
class Reference:
    """What every row is judged by, read once for the file."""

    on: dt.date
    areas: AreaCodeTable
    pooling_regions: frozenset[int]
    certificate_types: frozenset[str]


def read_row(cells: Mapping[str, Cell], reference: Reference) -> PersonRow:
    """The row, or RowRefused with the first code that applies: missing_value, digits_lost, bad_date,
    unknown_certificate_type, bad_id_number, too_long, unknown_region, unknown_insurance_type,
    unknown_category, unknown_status."""
    for column in COLUMNS:
        if column.required and not as_shown(cells[column.key]):
            raise RowRefused("missing_value", column.key, f"“{column.title}”是空的，请填写。")
    for key in TEXT_KEYS:
        if lost_digits(cells.get(key)):
            raise RowRefused(
                "digits_lost", key, f"“{TITLES[key]}”在 Excel 里存成了数字，末几位已丢失：请设为文本后重填。"
            )
    text = {key: to_text(cells[key]) for key in TEXT_KEYS if key in cells}
    begins_on = _day(cells["begins_on"])
    cert_type = text["cert_type"].zfill(2)
    if cert_type not in reference.certificate_types:
        raise RowRefused("unknown_certificate_type", "cert_type", "不认识的证件类型，请用两位代码，如 01。")
    try:
        identity = read_certificate(cert_type, text["cert_no"])
    except IdentityError as error:
        raise RowRefused(error.code, "cert_no", error.message) from None
    for key, longest in LONGEST.items():
        if len(text.get(key, "")) > longest:
            raise RowRefused("too_long", key, f"“{TITLES[key]}”超过 {longest} 个字，请核对。")
    return PersonRow(
        cert_type=cert_type,
        cert_no=identity.number,
        name=text["name"],
        sex=identity.sex or Sex.UNKNOWN.value,
        birth_date=identity.birth_date,
        region_id=_region(text["area_code"], reference),
        area_code=text["area_code"],
        insurance_type=_word(text, "insurance_type", INSURANCE_BY_TEXT, "职工、居民"),
        category=_word(text, "category", CATEGORY_BY_TEXT, "在职、退休、居民、学生儿童"),
        status=_word(text, "status", STATUS_BY_TEXT, "正常、暂停、终止"),
        begins_on=begins_on,
        employer=text.get("employer"),
        platform_no=text.get("platform_no", ""),
    )


def _day(cell: Cell) -> dt.date:
    try:
        return to_date(cell)
    except ValueError as error:
        raise RowRefused("bad_date", "begins_on", str(error)) from None


def _region(area_code: str, reference: Reference) -> int:
    """The pooling region as the table stands on the day: the register says who insures a person then [P]."""
    region_id = reference.areas.region_id(area_code, reference.on)
    if region_id is None or region_id not in reference.pooling_regions:
        raise RowRefused(
            "unknown_region", "area_code", "参保地区划不在本省统筹区对照表里，请核对代码，或请主管补充。"
        )
    return region_id


def _word(text: Mapping[str, str], key: str, words: Mapping[str, str], allowed: str) -> str:
    found = words.get(text[key])
    if found is None:
        raise RowRefused(f"unknown_{key}", key, f"不认识的{TITLES[key]}，应为：{allowed}。")
    return str(found)
