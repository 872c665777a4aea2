"""Every URL has a rule, and the rule holds for every role at every level."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from agency.organisation.roles import May, grants
from tests.support.routes import SAMPLE, Route, routes
from tests.support.world import World

ROUTES = routes()
GUARDED = [route for route in ROUTES if route.rule in May.values]


def path(route: Route) -> str:
    """The URL with the number of a record that does not exist."""
    return reverse(route.name, kwargs={name: SAMPLE[name] for name in route.arguments})


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_url_has_a_rule(route: Route) -> None:
    assert route.rule in {"open", "staff", *May.values}


def test_what_is_open_to_all_is_this_and_no_more() -> None:
    found = {route.name for route in ROUTES if route.rule == "open"}

    assert found == {"agency:login", "agency:verify", "agency:verify_code", "agency:health"}


def test_what_any_staff_may_open_is_this_and_no_more() -> None:
    found = {route.name for route in ROUTES if route.rule == "staff"}

    own = {"agency:home", "agency:logout", "agency:password", "agency:search", "agency:job"}
    directory = {f"agency:institution_{name}" for name in ("list", "export", "print", "detail", "pick")}
    assert found == own | directory | {"agency:form_list", "agency:form_blank"}


@pytest.mark.django_db
@pytest.mark.parametrize("route", [r for r in ROUTES if r.rule != "open"], ids=lambda route: route.name)
def test_nobody_enters_without_login(client: Client, route: Route) -> None:
    for response in (client.get(path(route)), client.post(path(route))):
        assert response.status_code in {302, 405}
        if response.status_code == 302:
            assert response["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)
def test_a_role_without_the_right_gets_403_and_one_with_it_does_not(
    world: World, as_user: Callable[..., Client], route: Route
) -> None:
    may = May(str(route.rule))
    for user in world.everybody():
        client = as_user(user)
        codes = {client.get(path(route)).status_code, client.post(path(route)).status_code}
        if grants(user.roles, user.level, may):
            # the batch pages ask a second time for the right of the kind of file
            assert (
                codes <= {200, 302, 403, 404, 405, 422}
                if route.name == "agency:batch_new"
                else 403 not in codes
            )
            assert 500 not in codes
        else:
            assert codes <= {403, 405}
            assert 403 in codes
