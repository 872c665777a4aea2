"""内容: what of a notice, a bank line and a payment never changes, as texts; their digest proves it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import reduce

from django.db import models

from settlement.deductions.content import digest_of
from settlement.notices.models import Notice

NOTICE = (
    "notice_no", "year", "serial", "category", "period", "version", "region_id", "region_name",
    "unit_name", "direction", "receivable_fen", "payable_fen", "employee_fen", "resident_fen", "total_fen",
    "basis_digest", "holder", "bank", "account_no", "submit_by", "pay_by", "issuer", "issued_at",
    "issued_by_id",
)  # fmt: skip
NOTICE_OF_SUBJECT = (*NOTICE, "subject_no")  # those without a subject have the digest that they always had
LINE = (
    "region_id", "booked_on", "reference", "direction", "amount_fen", "other_name", "other_account", "note",
)  # fmt: skip
PAYMENT = (
    "payment_no", "line__line_no", "notice__notice_no", "amount_fen", "basis", "reason",
    "withdraws__payment_no", "by_id", "at",
)  # fmt: skip


def lookups_of(notice: Notice) -> tuple[str, ...]:
    """What the digest of a notice is taken of."""
    return NOTICE_OF_SUBJECT if notice.subject_no else NOTICE


def texts_of(values: Iterable[object]) -> list[str]:
    """Values as texts; moments in UTC, nothing as an empty text."""
    return [_text(value) for value in values]


def _text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return "" if value is None else str(value)


def digest_of_values(values: Iterable[object]) -> str:
    """The digest (32 hex characters) of values as the database gives them."""
    return digest_of(texts_of(values))


def digest_of_row(row: models.Model, lookups: Iterable[str]) -> str:
    """The same of a row in memory."""
    return digest_of_values(_follow(row, lookup) for lookup in lookups)


def _follow(row: object, lookup: str) -> object:
    return reduce(lambda found, name: getattr(found, name, None), lookup.split("__"), row)
