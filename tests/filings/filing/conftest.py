"""Whom the tests of a filing's pages type in."""

from __future__ import annotations

import pytest

from filings.models import InsuredPerson
from tests.filings.making import enrol, make_person
from tests.support.world import World


@pytest.fixture
def person(world: World) -> InsuredPerson:
    person = make_person("欧阳䶮", phone="13911112222")
    enrol(person, world.changchun)
    return person
