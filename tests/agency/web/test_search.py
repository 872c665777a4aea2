"""The one search box: no term in a URL or in the log."""

from collections.abc import Callable

from django.test import Client

from agency.journal.models import AuditEntry
from tests.support.world import World


def test_the_term_is_posted_and_stands_in_no_log(world: World, as_user: Callable[..., Client]) -> None:
    response = as_user(world.clerk).post("/search/", {"term": "220102196103150025"})

    assert response.status_code == 200
    assert "没有找到" in response.content.decode()
    assert not [e for e in AuditEntry.objects.all() if "220102196103150025" in str(e.detail)]


def test_a_term_in_the_url_is_ignored(world: World, as_user: Callable[..., Client]) -> None:
    response = as_user(world.clerk).get("/search/?term=220102196103150025")

    assert "220102196103150025" not in response.content.decode()


def test_an_empty_term_says_what_to_type(world: World, as_user: Callable[..., Client]) -> None:
    response = as_user(world.clerk).post("/search/", {"term": ""})

    assert response.status_code == 422
    assert "请输入要找的号码、姓名或拼音首字母" in response.content.decode()
