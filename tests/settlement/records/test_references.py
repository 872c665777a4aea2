"""What a case names exists as long as the case does, whichever way the database keeps it (ADR 0014)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from agency.batches.models import Batch
from agency.organisation.models import Institution, PoolingRegion
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import row

NOWHERE = 9_999_999

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(load: Callable[..., Batch]) -> SettlementRecord:
    load([row("S1")])
    return SettlementRecord.objects.get()


def at_once() -> None:
    """Judge what SQLite judges at the end of the transaction."""
    connection.check_constraints()


@pytest.mark.parametrize("column", ["batch_id", "institution_id", "insured_region_id", "care_region_id"])
def test_a_case_cannot_name_what_is_not_there(case: SettlementRecord, column: str) -> None:
    case.pk, case.settlement_no = None, "S2"
    setattr(case, column, NOWHERE)

    with pytest.raises(IntegrityError), transaction.atomic():
        case.save(force_insert=True)
        at_once()
    with pytest.raises(IntegrityError), transaction.atomic():
        SettlementRecord.objects.filter(settlement_no="S1").update(**{column: NOWHERE})
        at_once()


@pytest.mark.parametrize(("model", "name"), [(Institution, "institution"), (PoolingRegion, "care_region")])
def test_what_a_case_names_cannot_go(case: SettlementRecord, model: Any, name: str) -> None:
    rows = model.objects.filter(pk=getattr(case, f"{name}_id"))

    with pytest.raises(IntegrityError), transaction.atomic():
        rows._raw_delete(rows.db)
        at_once()
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(id=NOWHERE)
        at_once()

    assert rows.exists()


def test_what_no_case_names_may_go(case: SettlementRecord) -> None:
    unused = Institution.objects.create(code="H22010299998", name="没有病例的医院", is_stub=True)

    unused.delete()

    assert not Institution.objects.filter(code="H22010299998").exists()


@pytest.mark.postgresql
def test_postgresql_has_no_foreign_key_of_its_own_there(case: SettlementRecord) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
            [SettlementRecord._meta.db_table],
        )
        assert cursor.fetchone() == (0,)
