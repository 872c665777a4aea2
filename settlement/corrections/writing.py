"""写入更正: the two records of a correction, from their contents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from agency.organisation.models import Institution, PoolingRegion
from settlement.records.content import (
    AMOUNT_FIELDS,
    FIELDS,
    NULL,
    PARTIES,
    digest_of,
    joined,
)
from settlement.records.export import SHANGHAI
from settlement.records.load import register_institutions
from settlement.records.models import SettlementRecord
from settlement.records.periods import open_period

_DAYS = ("admitted_on", "discharged_on")


def record_write(content: Sequence[str], institution_name: str) -> SettlementRecord:
    """Store a content as a record of its own, without a batch, in the month that is open for it.

    Call it under the lock of the records. ValidationError or IntegrityError when the database refuses it.
    """
    fields = _typed(content, institution_name)
    month = f"{fields['settled_at'].astimezone(SHANGHAI):%Y%m}"
    record = SettlementRecord(
        **fields,
        content_digest=digest_of(joined(content)),
        settlement_month=month,
        period=open_period(month),
    )
    record.full_clean()
    record.save(force_insert=True)
    return record


def _typed(content: Sequence[str], institution_name: str) -> dict[str, Any]:
    """The content as values of the model's fields."""
    values: dict[str, Any] = dict(zip(FIELDS, content, strict=True))
    institution, insured, care = (values.pop(name) for name in PARTIES)
    register_institutions({institution: institution_name})
    values["institution"] = Institution.objects.get(code=institution)
    values["insured_region"] = PoolingRegion.objects.get(code=insured)
    values["care_region"] = PoolingRegion.objects.get(code=care)
    for name in (*AMOUNT_FIELDS, "correction_no"):
        values[name] = int(values[name])
    for name in _DAYS:
        values[name] = None if values[name] == NULL else dt.date.fromisoformat(values[name])
    values["settled_at"] = dt.datetime.fromisoformat(values["settled_at"]).replace(tzinfo=dt.UTC)
    values["is_reversal"] = values["is_reversal"] == "1"
    return values
