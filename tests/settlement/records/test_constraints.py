"""What must never stand in the database is refused by the database itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from settlement.records.models import CareType, SettlementRecord
from tests.settlement.records.files import reversal, row

Run = Callable[..., Any]


@pytest.mark.parametrize(
    "damage",
    [
        {"full_self_pay_fen": F("full_self_pay_fen") + 1},
        {"pooling_pay_fen": F("pooling_pay_fen") + 1},
        {"cash_pay_fen": F("cash_pay_fen") + 1},
        {"is_reversal": True},
        {"reverses_no": "S0"},
        {"insurance_type": "rural"},
        {"care_kind": "dental"},
        {"period": "202609"},
    ],
)
def test_a_record_that_contradicts_itself_is_refused(load: Run, damage: dict[str, Any]) -> None:
    load([row()])

    with pytest.raises(IntegrityError), transaction.atomic():
        SettlementRecord.objects.update(**damage)

    assert SettlementRecord.objects.get().is_reversal is False


def test_a_settlement_number_stands_once(load: Run) -> None:
    load([row()])
    record = SettlementRecord.objects.get()
    record.pk = None

    with pytest.raises(IntegrityError), transaction.atomic():
        SettlementRecord.objects.bulk_create([record])

    assert SettlementRecord.objects.count() == 1


def test_an_original_is_reversed_once(load: Run) -> None:
    load([row("A"), reversal("B", "A")])
    second = SettlementRecord.objects.get(settlement_no="B")
    second.pk, second.settlement_no = None, "C"

    with pytest.raises(IntegrityError), transaction.atomic():
        SettlementRecord.objects.bulk_create([second])

    assert SettlementRecord.objects.count() == 2


def test_a_care_type_has_a_known_kind_and_one_start(db: None) -> None:
    known = CareType.objects.get(code="11")
    with pytest.raises(IntegrityError), transaction.atomic():
        CareType.objects.filter(pk=known.pk).update(care_kind="dental")
    known.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        CareType.objects.bulk_create([known])

    assert CareType.objects.get(code="11").care_kind == "outpatient"


@pytest.mark.parametrize("change", ["update", "delete", "insert"])
def test_a_signed_month_takes_no_record_and_loses_none(load: Run, sign: Run, change: str) -> None:
    load([row()])
    sign("202610")
    record = SettlementRecord.objects.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        if change == "update":
            SettlementRecord.objects.update(person_name="李四")
        elif change == "delete":
            SettlementRecord.objects.all().delete()
        else:
            record.pk, record.settlement_no = None, "S2"
            SettlementRecord.objects.bulk_create([record])

    assert SettlementRecord.objects.get().person_name == "张三"
