"""An institution that is deleted while a case that names it is being written: it waits, and is refused."""

import threading
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from agency.batches.services import batch_run
from agency.organisation.models import Institution
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import row, write
from tests.support.world import the_world

pytestmark = pytest.mark.postgresql

CODE = "H22020299997"


@pytest.mark.usefixtures("committed")
def test_a_deletion_that_waited_sees_the_case(tmp_path: Path) -> None:
    world = the_world()
    institution = Institution.objects.create(code=CODE, name="将被删除的医院", is_stub=True)
    path = write(tmp_path, [row("S1", 定点医药机构编号=CODE)])
    refused: list[str] = []

    def delete() -> None:
        try:
            rows = Institution.objects.filter(pk=institution.pk)
            rows._raw_delete(rows.db)
        except IntegrityError as error:
            refused.append(str(error))
        finally:
            connection.close()

    with transaction.atomic():
        batch_run(kind="settlements", path=path, by=world.system, system=world.system, at=world.now)
        deletion = threading.Thread(target=delete)
        deletion.start()
        deletion.join(1)
        assert deletion.is_alive()  # it waits for this transaction, which holds the institution
    deletion.join(20)

    assert len(refused) == 1
    assert "agency_institution" in refused[0]
    assert SettlementRecord.objects.get().institution_id == institution.pk
