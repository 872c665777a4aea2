"""二十种表单: every form of the procedure, what is there and what is not, and the blanks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from agency.formlist.entries import FORM_PAGES, FORMS, listed_forms
from agency.journal.models import AuditEntry
from agency.journal.papers import PRINTED_FORMS
from tests.support.world import World

Login = Callable[[object], Client]


def test_the_list_has_the_twenty_forms_in_order() -> None:
    numbers = [form.no for form in FORMS]

    assert numbers == [*map(str, range(1, 6)), "6-1", "6-2", *map(str, range(7, 20))]
    known = set(numbers)
    assert {entry.name for entry in FORM_PAGES} <= known
    assert {entry.name for entry in PRINTED_FORMS if entry.name[0].isdigit()} <= known


def test_nothing_is_promised_that_is_not_there(world: World, as_user: Login) -> None:
    listed = {item.form.no: item for item in listed_forms(world.clerk)}
    page = as_user(world.clerk).get("/forms/").content.decode()

    assert (listed["1"].page.label, listed["2"].has_blank) == ("新办备案", True)  # type: ignore[union-attr]
    links = [(item.page.label, item.has_blank) for no in "34" if (item := listed[no]).page is not None]
    assert links == [("登记外伤承诺书", True), ("登记外院购药单", True)]
    for path in ("/injuries/new/", "/outside-care/new/", "/reimbursements/"):
        assert f'href="{path}"' in page
    assert (listed["9"].is_there, listed["9"].has_blank, listed["9"].page) == (True, False, None)
    assert page.count("尚未提供") == sum(not item.is_there for item in listed.values())
    assert page.count("打印空白表") == sum(item.has_blank for item in listed.values()) + 3
    other = {item.form.no: item.page for item in listed_forms(world.prov_clearing)}
    assert other["9"] is not None and [other[no] for no in "134"] == [None] * 3


@pytest.mark.parametrize("form_no", ["1", "2", "3", "4", "容缺", "催办", "手工报销"])
def test_a_blank_form_prints_without_a_code_and_unlogged(world: World, as_user: Login, form_no: str) -> None:
    answer = as_user(world.changchun_clearing).get(f"/forms/{form_no}/blank.pdf")

    assert (answer.status_code, answer.content[:4]) == (200, b"%PDF")
    assert not AuditEntry.objects.exists()


def test_a_form_that_is_not_there_is_404(world: World, as_user: Login) -> None:
    assert as_user(world.clerk).get("/forms/99/blank.pdf").status_code == 404
