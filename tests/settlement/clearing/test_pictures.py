"""图: drawings without style or script, every word and value in them, and beside them a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from django.test import Client

from settlement.clearing.filling import MonthBook
from settlement.clearing.gallery import pictures_of
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.pictures import (
    SHADES,
    Grid,
    Pair,
    Picture,
    Unit,
    heat_map,
    lying_bars,
    shade,
    standing_bars,
    unit_for,
)
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
AsUser = Callable[..., Client]
GRID = Grid(("甲市", "乙<市>"), ((0, 30_000_000), (1_000, -500)))
PAIRS = [Pair("住院", 50_000, 20_000, "3 人次"), Pair("生育", 0, 0)]
SVG = "{http://www.w3.org/2000/svg}"


def words(picture: Picture) -> list[str]:
    """All that is written on a drawing; it is well-formed or this fails."""
    return [item.text or "" for item in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]


def drawn() -> list[Picture]:
    both = ("应收", "应付")
    return [
        heat_map("a", "谁应付谁", GRID),
        lying_bars("b", "按类别", PAIRS, both),
        standing_bars("c", "各月", PAIRS, both),
        standing_bars("d", "各月", PAIRS, ("应收 = 应付",)),
    ]


@pytest.mark.parametrize(
    ("most", "name"),
    [(0, "元"), (99, "元"), (999_999, "元"), (1_000_000, "万元"), (10**10 - 1, "万元"), (10**10, "亿元")],
)
def test_the_unit_is_the_largest_that_the_largest_amount_fills(most: int, name: str) -> None:
    assert unit_for([0, -most]).name == name


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(0, "–"), (1, "<0.01"), (5_000, "0.01"), (4_999, "<0.01"), (1_234_567, "1.23"), (-15_000, "-0.02"),
     (1_000_000_000, "1,000.00")],
)  # fmt: skip
def test_amounts_are_rounded_half_up_and_a_little_is_not_nothing(amount: int, shown: str) -> None:
    assert Unit(1_000_000, "万元").text(amount) == shown


def test_the_more_the_darker() -> None:
    steps = [shade(amount, 100) for amount in (-5, 0, 1, 20, 21, 60, 99, 100)]

    assert steps == [0, 0, 1, 1, 2, 3, 5, 5]
    assert steps[-1] == len(SHADES) - 1
    assert shade(5, 0) == 0


def test_nothing_in_a_drawing_needs_what_the_policy_refuses() -> None:
    for picture in drawn():
        assert not re.search(r"style=|<style|<script|\son\w+=|href=", picture.svg)


def test_every_drawing_is_named_and_told() -> None:
    for picture in drawn():
        root = ElementTree.fromstring(picture.svg)
        title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert root.get("role") == "img"
        assert title is not None and desc is not None
        assert root.get("aria-labelledby") == f"{title.get('id')} {desc.get('id')}"
        assert (title.text, desc.text) == (picture.title, picture.told)


def test_names_are_escaped() -> None:
    picture = heat_map("a", "谁应付谁", GRID)

    assert "乙<市>" not in picture.svg
    assert "乙<市>" in words(picture)


def test_the_heat_map_bears_every_value_and_tells_the_largest() -> None:
    picture = heat_map("a", "谁应付谁", GRID)

    assert words(picture)[-4:] == ["–", "30.00", "<0.01", "-<0.01"]
    assert (
        picture.told
        == "行是应付一方，列是应收一方。最多的是：甲市应付乙<市> 30.00 万元；乙<市>应付甲市 <0.01 万元。"
    )
    assert picture.table[1] == ("甲市", "–", "30.00")


def test_bars_bear_their_values_and_differ_by_more_than_colour() -> None:
    picture = lying_bars("b", "按类别", PAIRS, ("应收", "应付"))

    assert {"500.00", "200.00", "3 人次", "应收", "应付"} <= set(words(picture))
    assert picture.svg.count('fill="url(#b-h)"') == 3
    assert picture.told == "单位元。住院应收 500.00、应付 200.00；生育应收 –、应付 –。"
    assert picture.table == (
        ("", "应收（元）", "应付（元）"),
        ("住院", "500.00", "200.00"),
        ("生育", "0.00", "0.00"),
    )


def test_without_data_a_drawing_says_so() -> None:
    assert standing_bars("c", "各月", [], ("应收",)).told == "还没有数。"
    assert heat_map("a", "谁应付谁", Grid(("甲市",), ((0,),))).told == "各方之间没有应付金额。"


def test_the_province_sees_all_parties(month: ClearingPeriod) -> None:
    owed, kinds, months = pictures_of(MonthBook(month), None)

    assert owed.table[2][:4] == ("长春市", "–", "–", "600.00")
    assert kinds.table[1:] == (
        ("普通门诊", "700.00"), ("住院", "1,250.00"), ("药店购药", "700.00"), ("生育", "-5.00")
    )  # fmt: skip
    assert months.table == (("", "应收 = 应付（元）"), ("10 月", "2,645.00"))
    assert "待确认" in words(months)


def test_a_region_sees_what_it_is_owed_and_owes(month: ClearingPeriod, world: World) -> None:
    book = MonthBook(month)
    owed, kinds, months = pictures_of(book, book.parties.party(world.jilin.pk))

    assert owed.table[1:] == (("长春市", "600.00", "700.00"), ("跨省（省平台）", "700.00", "0.00"))
    assert kinds.table[1:] == (
        ("普通门诊", "0.00", "700.00"), ("住院", "600.00", "0.00"), ("药店购药", "700.00", "0.00")
    )  # fmt: skip
    assert months.table[1:] == (("10 月", "1,300.00", "700.00"),)


def test_the_pages_show_them(month: ClearingPeriod, world: World, as_user: AsUser) -> None:
    province, region = as_user(world.prov_finance), as_user(world.jilin_clearing)

    whole = province.get("/clearing/202610/pictures/")
    own = region.get("/clearing/202610/pictures/", follow=True)

    assert [picture.key for picture in whole.context["pictures"]] == ["pic-owed", "pic-kinds", "pic-months"]
    assert whole.content.decode().count("<svg") == 3
    assert own.redirect_chain == [("/clearing/202610/pictures/220200/", 302)]
    assert "吉林市与各方的应收、应付" in own.content.decode()
    assert region.get("/clearing/202610/pictures/220100/").status_code == 404
    assert "吉林市与各方的应收、应付" in region.get("/clearing/202610/").content.decode()
    assert "谁应付谁（元）" in province.get("/clearing/202610/").content.decode()
