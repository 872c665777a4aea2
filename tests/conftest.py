"""What every test stands on: reference data and people once per database, the ground of a module, clients."""

from __future__ import annotations

import gc
import io
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import setup_databases, teardown_databases

from tests.support.ground import Ground, lie
from tests.support.world import NOON, World, make_world, the_world

BACKEND = "agency.organisation.backends.RoleBackend"
DATA = Path(__file__).parent / "data"

# a slow machine fails no test
hypothesis.settings.register_profile(
    "untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("untimed")


def uses_a_database(item: pytest.Item) -> bool:
    """Whether a test asks for a database, by its mark or by any fixture that it stands on."""
    return "django_db_setup" in getattr(item, "fixturenames", ()) or bool(
        item.get_closest_marker("django_db")
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that need PostgreSQL, a browser or hours are chosen by the run that has them, never skipped.

    With `--database-only` (the second run of `make test`) tests without a database are left out, and those
    marked `once`: they would prove the same thing twice.
    """
    chosen = config.getoption("-m") or ""
    vendor = settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[-1]
    left_out = {"postgresql"} if vendor != "postgresql" else set()
    left_out |= {name for name in ("browser", "long") if name not in chosen}
    kept, dropped = [], []
    for item in items:
        unfit = any(item.get_closest_marker(name) for name in left_out)
        again = not uses_a_database(item) or item.get_closest_marker("once")
        unfit = unfit or (config.getoption("database_only") and again)
        (dropped if unfit else kept).append(item)
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only", action="store_true", help="leave out the tests that ask for no database"
    )


def pytest_collection_finish() -> None:
    """What was imported and collected stays until the end: the garbage collector need not look at it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A database for each parallel worker; uploads of tests go to a folder of their own."""
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("media")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True  # else each client reads every static file before its first page


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: object, django_db_modify_db_settings: None
) -> Iterator[None]:
    """One test database with the reference data of `seeds/` and the people, whatever tests were chosen."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        created = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        call_command("seed", stdout=io.StringIO())
        make_world()
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        teardown_databases(created, verbosity=0)


@pytest.fixture(autouse=True)
def noon(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test lives on the world's day, so that none ages; a browser's people live on the real one."""
    if request.node.get_closest_marker("browser") or request.node.get_closest_marker("long"):
        yield
        return
    with time_machine.travel(NOON, tick=True):
        yield


@pytest.fixture
def world(db: None) -> World:
    """长春 pays, 吉林 treats, 延边 is the stranger; staff of each (see tests/support/world.py)."""
    return the_world()


@pytest.fixture(scope="module")
def ground(django_db_setup: None, django_db_blocker: Any) -> Ground:
    """For what all tests of a module share: `with ground(lay) as result: yield result` in a module's fixture.

    See tests/support/ground.py. It lies under *each* test that follows in the module: only modules whose
    tests all want it may ask for it.
    """
    return partial(lie, django_db_blocker)


@pytest.fixture
def as_user() -> Callable[[object], Client]:
    """A client that is logged in as somebody."""

    def log_in(user: object) -> Client:
        client = Client()
        client.force_login(user, backend=BACKEND)  # type: ignore[arg-type]
        return client

    return log_in


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """Real, parallel transactions (PostgreSQL): a copy of the test database for this test alone.

    The guards refuse to empty append-only tables, so nothing is flushed; the copy is dropped.
    """
    original = connection.settings_dict["NAME"]
    copy = f"{original}_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _administer(f'CREATE DATABASE "{copy}" TEMPLATE "{original}"')
        _use(copy)
        try:
            yield
        finally:
            _use(original)
            _administer(f'DROP DATABASE "{copy}" WITH (FORCE)')


def _use(name: str) -> None:
    """Point every connection, also those of threads started later, at a database."""
    connections.close_all()
    for settings_dict in (connection.settings_dict, settings.DATABASES["default"]):
        settings_dict["NAME"] = name


def _administer(statement: str) -> None:
    """Run one statement that may not stand in a transaction, from a database of its own."""
    connections.close_all()
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(statement)
