"""Models and migrations agree, and every append-only table has its triggers."""

import pytest
from django.core.management import call_command

from agency.journal import guards


@pytest.mark.django_db
def test_no_model_change_lacks_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_every_guard_is_installed() -> None:
    assert len(guards.GUARDS) >= 7
    assert guards.missing() == []
