"""SQLite's write lock, held by a real second connection: the form is kept and sent again."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from agency.web.busy import busy_page, is_busy
from agency.web.errors import server_error
from agency.web.middleware import StaffMiddleware


@pytest.fixture
def locked(tmp_path: Path, django_db_blocker: Any) -> Iterator[DatabaseWrapper]:
    """Django's connection to a file of which another connection holds the write lock."""
    name = str(tmp_path / "held.sqlite3")
    options = {**connections.settings["default"], "NAME": name, "OPTIONS": {"timeout": 0.1}}
    ours = DatabaseWrapper(options, "held")
    holder = sqlite3.connect(name, isolation_level=None)
    holder.execute("CREATE TABLE t (x)")
    holder.execute("BEGIN IMMEDIATE")
    with django_db_blocker.unblock():
        yield ours
        ours.close()
    holder.close()


@pytest.fixture
def error(locked: DatabaseWrapper) -> OperationalError:
    with pytest.raises(OperationalError) as raised, locked.cursor() as cursor:
        cursor.execute("INSERT INTO t VALUES (1)")
    return raised.value


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    request.user = None  # type: ignore[assignment]
    middleware = StaffMiddleware(lambda request: HttpResponse())
    response = middleware.process_exception(request, error)
    assert response is not None
    return response


def hidden(response: HttpResponse) -> list[tuple[str, str]]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', response.content.decode())
    return [(unescape(name), unescape(value)) for name, value in found if name != "csrfmiddlewaretoken"]


def test_every_posted_field_stands_in_the_page(error: OperationalError) -> None:
    posted = {"note": '第一行\n"第二行"<b>', "ids": ["1", "2"], "csrfmiddlewaretoken": "old", "go": "yes"}
    request = RequestFactory().post("/x/?a=1", posted, headers={"Referer": "http://testserver/form/"})

    response = answer(request, error)

    text = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert [pair for pair in hidden(response) if pair[0] != "_came_from"] == [
        ("note", '第一行\n"第二行"<b>'), ("ids", "1"), ("ids", "2"), ("go", "yes"),
    ]  # fmt: skip
    assert ("_came_from", "http://testserver/form/") in hidden(response)
    assert "csrfmiddlewaretoken" in text
    assert 'value="old"' not in text
    assert 'action="/x/?a=1"' in text
    assert 'data-again="5"' in text
    assert "系统正在写入大批数据" in text
    assert "现在再提交" in text


def test_files_are_named_and_asked_for_again(error: OperationalError) -> None:
    files = [SimpleUploadedFile("一.csv", b"1"), SimpleUploadedFile("二.csv", b"2")]
    request = RequestFactory().post("/x/", {"kind": "a", "file": files})

    text = answer(request, error).content.decode()

    assert "重新选择：一.csv、二.csv" in text
    assert 'enctype="multipart/form-data"' in text
    assert "multiple" in text
    assert "data-again=" not in text


def test_a_password_is_not_written_into_a_page(error: OperationalError) -> None:
    request = RequestFactory().post("/login/", {"username": "a", "password": "Songhua-River-11"})

    text = answer(request, error).content.decode()

    assert "Songhua" not in text
    assert "data-again=" not in text
    assert 'href="/login/"' in text


def test_a_page_that_only_logs_is_asked_for_again(error: OperationalError) -> None:
    text = answer(RequestFactory().get("/cases/export/csv/", {"period": "202610"}), error).content.decode()

    assert 'method="get" action="/cases/export/csv/"' in text
    assert 'name="period" value="202610"' in text
    assert "data-again=" in text


def test_outside_of_a_view_a_form_is_not_sent_twice(error: OperationalError) -> None:
    request = RequestFactory().post("/x/", {"a": "1"})
    try:
        raise error
    except OperationalError:
        response = server_error(request)

    text = response.content.decode()
    assert response.status_code == 503
    assert "可能已经保存" in text
    assert "<form" not in text


def test_other_errors_stay_errors(locked: DatabaseWrapper) -> None:
    with pytest.raises(OperationalError) as raised, locked.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")

    assert not is_busy(raised.value)
    request = RequestFactory().post("/x/")
    assert StaffMiddleware(lambda request: HttpResponse()).process_exception(request, raised.value) is None


def test_a_kept_form_keeps_where_it_came_from_the_second_time_too() -> None:
    request = RequestFactory().post(
        "/x/", {"_came_from": "http://testserver/form/"}, headers={"Referer": "http://testserver/x/"}
    )

    assert ("_came_from", "http://testserver/form/") in hidden(busy_page(request))
