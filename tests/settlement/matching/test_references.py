"""A mark names a case and a filing that are there, whichever way the database keeps it (ADR 0014)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from agency.batches.models import Batch
from settlement.matching.models import RecordFiling
from settlement.matching.services import match_batch
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import row
from tests.support.world import World

NOWHERE = 9_999_999
pytestmark = pytest.mark.django_db


@pytest.fixture
def mark(load: Callable[..., Batch], world: World) -> RecordFiling:
    match_batch(load([row("S1")]), at=world.now)
    return RecordFiling.objects.get()


@pytest.mark.parametrize(
    "columns", [{"record_id": NOWHERE}, {"filing_id": NOWHERE, "mark": "in_force"}], ids=["case", "filing"]
)
def test_a_mark_cannot_name_what_is_not_there(mark: RecordFiling, columns: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RecordFiling.objects.update(**columns)
        connection.check_constraints()

    assert RecordFiling.objects.get().record_id == mark.record_id


def test_a_case_with_a_mark_cannot_go_past_it(mark: RecordFiling) -> None:
    rows = SettlementRecord.objects.filter(pk=mark.record_id)

    with pytest.raises(IntegrityError), transaction.atomic():
        rows._raw_delete(rows.db)
        connection.check_constraints()

    assert rows.exists()


@pytest.mark.postgresql
def test_postgresql_has_no_foreign_key_of_its_own_there(mark: RecordFiling) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
            [RecordFiling._meta.db_table],
        )
        assert cursor.fetchone() == (0,)
