"""内容: a record as one line of texts: what is digested, compared, carried to the database and checked again.

A line is `content ⇥ digest ⇥ settlement month ⇥ period ⇥ line number`; its content is the texts of FIELDS. No
text in it holds a tab or a line break (cells are cleaned), an absent date is NULL.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from settlement.records.rules import SAME_IN_REVERSAL

NULL = "\x01"

# Regions and institution by code, so that the content means the same in every database.
PARTIES = ("institution", "insured_region", "care_region")
TEXT_FIELDS = (
    "settlement_no", "correction_no", "person_no", "cert_type", "cert_no", "person_name", "insurance_type",
    "insured_area_code", "care_area_code", "care_type_code", "care_kind", "admitted_on", "discharged_on",
    "settled_at", "medical_record_no", "diagnosis",
)  # fmt: skip
AMOUNT_FIELDS = (
    "total_fee_fen", "full_self_pay_fen", "over_limit_self_pay_fen", "prior_self_pay_fen", "in_scope_fen",
    "fund_total_fen", "deductible_fen", "pooling_pay_fen", "critical_illness_pay_fen",
    "large_expense_pay_fen", "civil_servant_pay_fen", "enterprise_pay_fen", "medical_assistance_pay_fen",
    "other_pay_fen", "personal_account_pay_fen", "cash_pay_fen", "hospital_pay_fen",
)  # fmt: skip
FLAG_FIELDS = ("is_reversal", "reverses_no")
FIELDS = PARTIES + TEXT_FIELDS + AMOUNT_FIELDS + FLAG_FIELDS
_AFTER = ("content_digest", "settlement_month", "period", "line_no")
AFTER_CONTENT = len(_AFTER)
KEPT_FIELDS = (*FIELDS[len(PARTIES) :], *_AFTER)
# How the same fields are asked of the database.
LOOKUPS = tuple(f"{name}__code" for name in PARTIES) + FIELDS[len(PARTIES) :]

_AT = {name: index for index, name in enumerate(FIELDS)}
NUMBER, REVERSAL, ORIGINAL = _AT["settlement_no"], _AT["is_reversal"], _AT["reverses_no"]
CORRECTION, CERT_NO, PERSON_NAME = _AT["correction_no"], _AT["cert_no"], _AT["person_name"]
AMOUNTS = slice(_AT[AMOUNT_FIELDS[0]], _AT[AMOUNT_FIELDS[-1]] + 1)
_DERIVED = frozenset({"insured_region", "care_region", "care_kind"})  # read from the delivered codes
_TITLES = {
    "institution": "定点医药机构编号", "settlement_no": "结算编号", "person_no": "人员编号",
    "cert_type": "证件类型", "cert_no": "证件号码", "person_name": "姓名", "insurance_type": "险种",
    "insured_area_code": "参保地区划", "care_area_code": "就医地区划", "care_type_code": "医疗类别",
    "admitted_on": "入院日期", "discharged_on": "出院日期", "settled_at": "结算时间",
    "medical_record_no": "病案号", "diagnosis": "诊断", "is_reversal": "退费标志",
    "reverses_no": "原结算编号",
}  # fmt: skip


def digest_of(content: str) -> str:
    """The digest of a joined content (32 hex characters)."""
    return blake2b(content.encode(), digest_size=16).hexdigest()


def joined(texts: Iterable[str]) -> str:
    return "\t".join(texts)


def utc_text(moment: dt.datetime) -> str:
    """A moment as the databases keep it: UTC, to the second, without a zone."""
    return moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ", "seconds")


def texts_of(values: Sequence[Any]) -> list[str]:
    """The content of a stored record from its LOOKUPS values."""
    return [value if type(value) is str else _text(value) for value in values]


def as_delivered(content: list[str]) -> list[str]:
    """The content as a file brings it: a row of a file knows nothing of corrections."""
    return [*content[:CORRECTION], "0", *content[CORRECTION + 1 :]]


def _text(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, dt.datetime):
        return utc_text(value)
    return str(value)


def amounts_of(content: Sequence[str]) -> list[int]:
    """The amounts of a content, in fen, in the order of AMOUNT_FIELDS."""
    return [int(text) for text in content[AMOUNTS]]


def identity_of(content: Sequence[str]) -> dict[str, str]:
    """What a reversal has in common with its original."""
    return {key: content[_AT[key]] for key in SAME_IN_REVERSAL}


def differing_columns(one: Sequence[str], other: Sequence[str], amount_names: Sequence[str]) -> list[str]:
    """The Chinese names of the delivered columns in which two contents differ; empty when they are equal."""
    return [name for name, mine, theirs in side_by_side(one, other, amount_names) if mine != theirs]


def side_by_side(
    one: Sequence[str], other: Sequence[str], amount_names: Sequence[str]
) -> list[tuple[str, str, str]]:
    """Every delivered column by its Chinese name, with its text in both contents."""
    titles = {**_TITLES, **dict(zip(AMOUNT_FIELDS, amount_names, strict=True))}
    return [
        (titles.get(name, name), mine, theirs)
        for name, mine, theirs in zip(FIELDS, one, other, strict=True)
        if name not in _DERIVED
    ]
