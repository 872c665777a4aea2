"""Every URL has a rule, and the rule holds for every role at every level."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agency.organisation.models import User
from agency.organisation.roles import May, grants
from tests.support.routes import SAMPLE, Route, routes
from tests.support.world import World

ROUTES = routes()
GUARDED = [route for route in ROUTES if route.rule in May.values]
# one person of the world for each role at each level
ONE_OF_EACH = (
    *("clerk", "reviewer", "supervisor", "auditor", "jilin_clearing"),
    *("prov_clearing", "prov_finance", "prov_supervisor", "prov_auditor", "prov_system"),
)

pytestmark = pytest.mark.once


def path(route: Route) -> str:
    """The URL with the number of a record that does not exist."""
    return reverse(route.name, kwargs={name: SAMPLE[name] for name in route.arguments})


def test_every_url_has_a_rule() -> None:
    known = {"open", "staff", *May.values}

    assert [(route.name, route.rule) for route in ROUTES if route.rule not in known] == []


def test_what_is_open_to_all_is_this_and_no_more() -> None:
    found = {route.name for route in ROUTES if route.rule == "open"}

    assert found == {"agency:login", "agency:verify", "agency:verify_code", "agency:health"}


def test_what_any_staff_may_open_is_this_and_no_more() -> None:
    found = {route.name for route in ROUTES if route.rule == "staff"}

    own = {"agency:home", "agency:logout", "agency:password", "agency:search", "agency:job"}
    directory = {f"agency:institution_{name}" for name in ("list", "export", "print", "detail", "pick")}
    forms = {"agency:form_list", "agency:form_blank", "settlement:flowcharts", "settlement:flowcharts_print"}
    assert found == own | directory | forms


@pytest.mark.django_db
def test_nobody_enters_without_login(client: Client) -> None:
    entered = []
    for route in ROUTES:
        if route.rule == "open":
            continue
        for method in (client.get, client.post):
            response = method(path(route))
            if response.status_code == 302 and response["Location"].startswith("/login/?next="):
                continue
            if response.status_code != 405:
                entered.append((route.name, response.status_code))

    assert entered == []


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_role_without_the_right_gets_403_and_one_with_it_does_not(
    world: World, as_user: Callable[..., Client], name: str
) -> None:
    user = getattr(world, name)
    client = as_user(user)
    wrong = []
    for route in GUARDED:
        codes = {client.get(path(route)).status_code, client.post(path(route)).status_code}
        if not grants(user.roles, user.level, May(str(route.rule))):
            right = 403 in codes and codes <= {403, 405}
        elif route.name == "agency:batch_new":  # asks a second time for the right of the kind of file
            right = codes <= {200, 302, 403, 404, 405, 422}
        else:
            right = not codes & {403, 500}
        if not right:
            wrong.append((route.name, route.rule, codes))

    assert wrong == []


def test_every_role_at_every_level_of_the_world_is_tried(world: World) -> None:
    def rights(user: User) -> tuple[frozenset[str], str]:
        return user.roles, user.level

    tried = [rights(getattr(world, name)) for name in ONE_OF_EACH]
    assert sorted(tried, key=str) == sorted({rights(user) for user in world.everybody()}, key=str)
