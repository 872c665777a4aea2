"""Pages of differences that are no cases speak of what they are about: a line, a group, a statement."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from settlement.reconciliation.models import ReconciliationRun
from tests.settlement.reconciliation.made import difference, make_run, only_ours
from tests.support.world import World

LogIn = Callable[[object], Client]
WORK = "/reconciliation/differences/"
OF_CASES = ">结算编号 · 医药机构<"
MARK = "我方备案核对"
FILTERED_BY = {"状态", "类别", "疑因", "结论", "负责人", "统筹区（任一方）", "医药机构编号", MARK, "排序"}


def made(world: World, source: str) -> ReconciliationRun:
    said = {**only_ours("甲"), "institution_code": "", "insured_region_code": "", "care_region_code": ""}
    return make_run(world, said, source=source, form_no="10" if source == "sheet" else "")


@pytest.mark.parametrize(
    ("source", "title", "number", "lacking"),
    [
        ("platform", "结算编号 · 医药机构", "结算编号", set()),
        ("hospital", "结算编号 · 医药机构", "结算编号", set()),
        ("sheet", "表里的行 · 医药机构", "表里的行", {MARK, "统筹区（任一方）"}),
        ("totals", "分组 · 医药机构", "分组", {MARK}),
        ("bank", "流水或通知书", "流水或通知书", {MARK, "统筹区（任一方）", "医药机构编号", "疑因"}),
    ],
)
def test_the_list_says_what_its_differences_are_about(
    as_user: LogIn, world: World, source: str, title: str, number: str, lacking: set[str]
) -> None:
    run = made(world, source)
    client = as_user(world.prov_clearing)

    page = client.get(f"/reconciliation/{run}/differences/")
    text = page.content.decode()
    assert f">{title}<" in text and (OF_CASES in text) == (source in ("platform", "hospital"))
    assert {field.label for field in page.context["form"].shown} == FILTERED_BY - lacking | {number}
    picked = client.get(f"{WORK}chosen/", {"pick": difference("甲").difference_no}).content.decode()
    assert f">{title}<" in picked
    assert f">{title}<" in client.get(WORK, {"view": "open", "source": source}).content.decode()


def test_the_work_list_has_a_word_for_all_of_them(as_user: LogIn, world: World) -> None:
    made(world, "bank")
    make_run(world, only_ours("S1"))

    text = as_user(world.prov_clearing).get(WORK, {"view": "open"}).content.decode()

    assert ">对象 · 医药机构<" in text and OF_CASES not in text
    both = {"pick": [difference(number).difference_no for number in ("甲", "S1")]}
    assert ">对象 · 医药机构<" in as_user(world.prov_clearing).get(f"{WORK}chosen/", both).content.decode()


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("platform", "对方没有这一笔"),
        ("sheet", "对方没有这一行"),
        ("totals", "对方没有这一组"),
        ("bank", "对方没有这一笔"),
    ],
)
def test_the_page_says_what_one_side_lacks(as_user: LogIn, world: World, source: str, told: str) -> None:
    made(world, source)

    page = as_user(world.prov_clearing).get(f"{WORK}{difference('甲').difference_no}/")

    assert told in page.content.decode()
    is_case = source == "platform"
    assert bool(page.context["rest"]) == is_case  # all columns of what is no case are in sight


def test_a_sheet_is_named_by_its_number_and_its_region_once(as_user: LogIn, world: World) -> None:
    run = make_run(
        world, region=world.changchun, scope_region=world.changchun, source="sheet", form_no="10",
        by=world.changchun_clearing,
    )  # fmt: skip
    client = as_user(world.changchun_clearing)

    text = client.get(f"/reconciliation/{run}/").content.decode()

    assert "清算表 表 10" in text and "只对长春市" not in text
    assert "清算表 表 10" in client.get("/reconciliation/").content.decode()
