"""逐行核对: one typed row against tables and identities, in the order of the published codes [NHSA].

What passes is a Candidate; what depends on other rows and on the store is judged in `resolve.py`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple, cast
from zoneinfo import ZoneInfo

from agency.identity import LIKE_RESIDENT_IDS, IdentityError, is_resident_number, read_id_number
from agency.masking import mask_id
from agency.policy.insurance import INSURANCE_BY_TEXT
from agency.tabular.read import FoldedRow, Row
from settlement.records import columns as c
from settlement.records import rules
from settlement.records.content import AFTER_CONTENT, NULL, digest_of, joined
from settlement.records.intake import RowRefused
from settlement.records.parse import TypedRow, refuse_longer
from settlement.records.reference import Reference

SHANGHAI = ZoneInfo("Asia/Shanghai")
_INSTITUTION = re.compile(r"[HP][0-9]{11}")
_FLAGS = {"": False, "0": False, "1": True}


class Candidate(NamedTuple):
    """A row that stands by itself. `line` is the whole line of texts (see content.py), `sums` total fee, fund
    and account, and the fund as it was delivered."""

    folded: FoldedRow
    number: str
    line: str
    digest: str
    is_reversal: bool
    reverses_no: str
    regions: tuple[int, int]
    insured_area_code: str
    insurance_type: str
    institution: tuple[str, str]
    month: str
    sums: tuple[int, int, int, int]

    @property
    def row(self) -> Row:
        return Row.unfolded(self.folded)

    @property
    def line_no(self) -> int:
        return self.folded[0]

    @property
    def content(self) -> str:
        return self.line.rsplit("\t", AFTER_CONTENT)[0]


class Regions(NamedTuple):
    """Both parties of a case, insured and care, by id and by code; where the insured one puts the account."""

    ids: tuple[int, int]
    codes: tuple[str, str]
    account_inside: bool


class RowChecker:
    """Judges one row after the other by the same tables. What many rows share is read once."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._known_regions: dict[tuple[str, str, dt.date], Regions] = {}
        self._months: dict[tuple[int, int], tuple[str, str]] = {}

    def check(self, row: Row, typed: TypedRow) -> Candidate:
        """The row as a Candidate, or RowRefused with the first code that applies."""
        texts, on = typed.texts, typed.settled_at.date()
        cert_type, cert_no = _identity(texts)
        regions = self._regions(texts, on)
        insurance_type = INSURANCE_BY_TEXT.get(texts[c.INSURANCE_TYPE])
        if insurance_type is None:
            why = "不是已知的险种：310 或 职工，390 或 居民。"
            raise RowRefused("unknown_insurance_type", c.INSURANCE_TYPE, texts[c.INSURANCE_TYPE], why)
        care_kind = self.reference.care_kind(texts[c.CARE_TYPE], on)
        if care_kind is None:
            why = f"不在 {on} 有效的医疗类别代码表中，请核对代码；确是新代码，请主管在后台管理中添加。"
            raise RowRefused("unknown_care_type", c.CARE_TYPE, texts[c.CARE_TYPE], why)
        institution = texts[c.INSTITUTION]
        if not _INSTITUTION.fullmatch(institution):
            why = "应为 H 或 P 加 11 位数字（6 位区划、5 位顺序号）。"
            raise RowRefused("bad_institution_code", c.INSTITUTION, institution, why)
        is_reversal = _flag(texts, typed.amounts[rules.TOTAL])
        delivered_fund = typed.amounts[rules.FUND_TOTAL]
        amounts = _added_up(typed, regions.account_inside)
        reverses_no = texts[c.REVERSES_NO] if is_reversal else ""  # only a reversal has an original
        content = joined(
            [
                institution, *regions.codes,
                texts[c.SETTLEMENT_NO], "0", texts[c.PERSON_NO], cert_type, cert_no, texts[c.PERSON_NAME],
                insurance_type.value, texts[c.INSURED_AREA], texts[c.CARE_AREA], texts[c.CARE_TYPE],
                care_kind, _day_text(typed.admitted_on), _day_text(typed.discharged_on),
                _utc_text(typed.settled_at),
                texts[c.MEDICAL_RECORD], texts[c.DIAGNOSIS],
                *map(str, amounts),
                "1" if is_reversal else "0", reverses_no,
            ]
        )  # fmt: skip
        digest = digest_of(content)
        month, period = self._months_of(on)
        return Candidate(
            folded=row.folded(),
            number=texts[c.SETTLEMENT_NO],
            line=f"{content}\t{digest}\t{month}\t{period}\t{row.line_no}",
            digest=digest,
            is_reversal=is_reversal,
            reverses_no=reverses_no,
            regions=regions.ids,
            insured_area_code=texts[c.INSURED_AREA],
            insurance_type=insurance_type.value,
            institution=(institution, texts[c.INSTITUTION_NAME]),
            month=month,
            sums=(
                amounts[rules.TOTAL],
                amounts[rules.FUND_TOTAL],
                amounts[rules.ACCOUNT],
                delivered_fund,
            ),
        )

    def _months_of(self, on: dt.date) -> tuple[str, str]:
        """The month of settlement, and the one in which it is cleared."""
        known = self._months.get((on.year, on.month))
        if known is None:
            month = f"{on.year:04d}{on.month:02d}"
            known = self._months[on.year, on.month] = month, self.reference.period_of(month)
        return known

    def _regions(self, texts: Sequence[str], on: dt.date) -> Regions:
        """Both parties by area code at the settlement date; one of them at least is in Jilin."""
        key = (texts[c.INSURED_AREA], texts[c.CARE_AREA], on)
        known = self._known_regions.get(key)
        if known is None:
            known = self._known_regions[key] = self._read_regions(texts, on)
        return known

    def _read_regions(self, texts: Sequence[str], on: dt.date) -> Regions:
        found = []
        for column in (c.INSURED_AREA, c.CARE_AREA):
            region = self.reference.areas.region_id(texts[column], on)
            if region is None:
                why = f"在区划对照表中找不到所属统筹区（按结算日期 {on} 查），请核对六位区划代码。"
                raise RowRefused("unknown_region", column, texts[column], why)
            found.append(region)
        if self.reference.outside.issuperset(found):
            why = "参保地和就医地都在外省，不是本省的结算，请从文件中去掉这一行。"
            raise RowRefused("not_our_case", c.CARE_AREA, texts[c.CARE_AREA], why)
        insured, care = found
        codes = self.reference.region_codes
        inside = self.reference.account_inside(insured, on)
        return Regions((insured, care), (codes[insured], codes[care]), inside)


def _identity(texts: Sequence[str]) -> tuple[str, str]:
    cert_type = texts[c.CERT_TYPE]
    if cert_type in LIKE_RESIDENT_IDS and is_resident_number(texts[c.CERT_NO]):
        return cert_type, texts[c.CERT_NO]
    cert_type = cert_type.zfill(2)
    if len(cert_type) > 2:
        why = "证件类型应为两位代码，如 01 居民身份证。"
        raise RowRefused("bad_id_number", c.CERT_TYPE, texts[c.CERT_TYPE], why)
    refuse_longer(texts, c.CERT_NO, "bad_id_number")
    try:
        return cert_type, read_id_number(cert_type, texts[c.CERT_NO]).number
    except IdentityError as error:
        raise RowRefused("bad_id_number", c.CERT_NO, texts[c.CERT_NO], error.message) from None


def _flag(texts: Sequence[str], total_fen: int) -> bool:
    is_reversal = _FLAGS.get(texts[c.REVERSAL_FLAG])
    if is_reversal is None:
        why = "退费标志只能是 0（正常）或 1（退费）。"
        raise RowRefused("bad_reversal_flag", c.REVERSAL_FLAG, texts[c.REVERSAL_FLAG], why)
    if rules.flag_contradicts(is_reversal, total_fen):
        why = "退费标志与医疗费总额的正负不符：退费（1）的金额应为负，正常（0）的应为正。"
        raise RowRefused("bad_reversal_flag", c.REVERSAL_FLAG, texts[c.REVERSAL_FLAG], why)
    return is_reversal


def _added_up(typed: TypedRow, inside: bool) -> list[int]:
    """The amounts as they are stored: adding up to the cent, the account outside the fund total."""
    amounts, texts = typed.amounts, typed.texts
    total, fund = c.FIRST_AMOUNT + rules.TOTAL, c.FIRST_AMOUNT + rules.FUND_TOTAL
    if rules.parts_gap(amounts):
        raise RowRefused("parts_do_not_add_up", total, texts[total], rules.parts_message(amounts))
    if rules.funds_gap(amounts, inside):
        raise RowRefused("funds_do_not_add_up", fund, texts[fund], rules.funds_message(amounts, inside))
    if rules.payers_gap(amounts, inside):
        raise RowRefused("payers_do_not_add_up", total, texts[total], rules.payers_message(amounts, inside))
    if inside:
        amounts[rules.FUND_TOTAL] -= amounts[rules.ACCOUNT]
    return amounts


def _utc_text(local: dt.datetime) -> str:
    """`content.utc_text` of a moment in Shanghai."""
    return (local - cast(dt.timedelta, SHANGHAI.utcoffset(local))).isoformat(" ")


def _day_text(day: dt.date | None) -> str:
    return NULL if day is None else day.isoformat()


def shown_value(column: int, value: str) -> str:
    """A value for a message: an identity number is never written out."""
    return mask_id(value) if column == c.CERT_NO else value
