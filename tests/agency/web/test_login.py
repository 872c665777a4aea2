"""Login, its lock-out, passwords, headers."""

import pytest
from django.test import Client
from django.urls import reverse

from agency.journal.models import AuditEntry
from agency.organisation.models import User
from tests.support.world import World

PASSWORD = "Songhua-River-11"


@pytest.fixture
def clerk(world: World) -> User:
    world.clerk.set_password(PASSWORD)
    world.clerk.save()
    return world.clerk


def log_in(client: Client, password: str) -> int:
    return client.post(reverse("agency:login"), {"username": "clerk", "password": password}).status_code


def test_the_right_password_opens_the_home_page_and_is_logged(client: Client, clerk: User) -> None:
    response = client.post(reverse("agency:login"), {"username": "clerk", "password": PASSWORD})

    assert response["Location"] == "/"
    assert AuditEntry.objects.filter(action="logged_in", by=clerk).count() == 1


def test_a_wrong_password_tells_not_which_of_the_two_was_wrong(client: Client, clerk: User) -> None:
    response = client.post(reverse("agency:login"), {"username": "clerk", "password": "wrong"})

    assert "登录名或密码不对" in response.content.decode()


def test_too_many_wrong_passwords_lock_the_name_even_for_the_right_one(client: Client, clerk: User) -> None:
    codes = [log_in(client, "wrong") for _ in range(5)]

    assert codes[-1] == 429
    assert log_in(client, PASSWORD) == 429
    assert (
        "15 分钟"
        in client.post(reverse("agency:login"), {"username": "clerk", "password": PASSWORD}).content.decode()
    )


def test_the_system_account_cannot_log_in(client: Client, world: World) -> None:
    response = client.post(reverse("agency:login"), {"username": "system", "password": "!no-login"})

    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_password_that_must_be_changed_comes_first(client: Client, clerk: User) -> None:
    User.objects.filter(pk=clerk.pk).update(must_change_password=True)
    log_in(client, PASSWORD)

    assert client.get("/")["Location"] == "/password/"

    client.post(
        "/password/",
        {"old_password": PASSWORD, "new_password1": "Nanhu-Willow-27", "new_password2": "Nanhu-Willow-27"},
    )
    assert client.get("/").status_code == 200


def test_every_page_has_a_strict_policy_and_is_not_cached(client: Client, clerk: User) -> None:
    log_in(client, PASSWORD)
    response = client.get("/")

    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Frame-Options"] == "DENY"
