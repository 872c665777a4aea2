"""`seed`: repeatable, and it never undoes what staff set in the admin."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from agency.journal import audit
from agency.policy.models import Parameter
from tests.support.world import World

pytestmark = pytest.mark.django_db


def seed() -> dict[str, int]:
    out = StringIO()
    call_command("seed", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_a_second_seed_changes_nothing() -> None:
    tally = seed()

    assert (tally["created"], tally["changed"]) == (0, 0)
    assert tally["same"] > 600


def test_a_row_that_drifted_is_brought_back() -> None:
    Parameter.objects.filter(key="filing.lapse_months").update(value="9")

    assert seed()["changed"] == 1
    assert Parameter.objects.get(key="filing.lapse_months").value == "3"


def test_a_row_that_staff_changed_is_left_as_they_set_it(world: World) -> None:
    row = Parameter.objects.get(key="filing.lapse_months")
    row.value = "4"
    row.save()
    audit.record(
        audit.REFERENCE_CHANGED,
        by=world.prov_supervisor,
        at=world.now,
        subject_kind=audit.subject_kind(row),
        subject_no=str(row.pk),
    )

    assert seed()["changed"] == 0
    assert Parameter.objects.get(key="filing.lapse_months").value == "4"
