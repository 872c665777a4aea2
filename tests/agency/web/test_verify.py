"""The code at the foot of a paper, for anybody, without personal data."""

import pytest
from django.test import Client

from agency.journal.models import AuditEntry
from agency.journal.prints import form_printed
from agency.sheets.digest import read_code, wrong_with
from filings.filing.services import filing_cancel
from tests.filings.making import make_in_force
from tests.support.world import World


def printed(world: World, digest: str) -> str:
    return form_printed(
        form_no="1",
        title="登记备案表",
        subject_kind="filing",
        subject_no="F2026110001",
        digest=digest,
        by=world.clerk,
        at=world.now,
        region=world.changchun,
    ).code


def test_a_genuine_code_is_told_so_without_login(client: Client, world: World) -> None:
    code = printed(world, "a" * 64)

    response = client.get(f"/verify/{code}/")

    assert "这张表是真的" in response.content.decode()
    assert "F2026110001" in response.content.decode()


def test_a_typed_code_needs_no_hyphens_nor_capitals(client: Client, world: World) -> None:
    code = printed(world, "a" * 64)

    response = client.post("/verify/", {"code": code.replace("-", "").lower()})

    assert response["Location"] == f"/verify/{code}/"


def test_content_that_changed_since_is_told(client: Client, world: World) -> None:
    old = printed(world, "a" * 64)
    printed(world, "b" * 64)

    assert "出具后内容有变" in client.get(f"/verify/{old}/").content.decode()


def test_content_that_came_back_is_current_again(client: Client, world: World) -> None:
    code = printed(world, "a" * 64)
    printed(world, "b" * 64)
    printed(world, "a" * 64)

    assert "这张表是真的" in client.get(f"/verify/{code}/").content.decode()


def test_the_same_content_keeps_its_code_and_each_print_is_logged(world: World) -> None:
    assert printed(world, "a" * 64) == printed(world, "a" * 64)
    assert AuditEntry.objects.filter(action="printed").count() == 2


@pytest.mark.parametrize("typed", ["", "0000-0000-0000", "不是验证码"])
def test_an_unknown_code_gets_a_sentence(client: Client, db: None, typed: str) -> None:
    response = client.post("/verify/", {"code": typed})

    assert response.status_code == 422


WRONG = {
    "0000-0000-0000": "没有这个验证码",
    "K7Q3-9WDX-2ME": "验证码是 12 位，输入的是 11 位",
    "K7Q3-9WDX-2MEU": "验证码里不会有“U”",
    "不是验证码": "验证码里不会有“不、是、验”",
    "A" * 60: "太长，验证码是 12 位",
}


@pytest.mark.parametrize("typed", WRONG)
def test_a_mistyped_code_gets_the_public_page_with_what_is_wrong(
    client: Client, db: None, typed: str
) -> None:
    followed, entered = client.get(f"/verify/{typed}/"), client.post("/verify/", {"code": typed})

    assert (followed.status_code, entered.status_code) == (404, 422)
    for answer in (followed, entered):
        page = answer.content.decode()
        assert "验证码查验" in page and WRONG[typed] in page and "如 K7Q3-9WDX-2MEB" in page
        assert "今日工作" not in page and "登录" not in page


def test_the_example_looks_like_a_real_code() -> None:
    assert read_code("K7Q3-9WDX-2MEB") == "K7Q3-9WDX-2MEB"
    assert wrong_with("k7q3 9wdx 2meb") == wrong_with("OIl0-0000-0000") == ""


def test_a_paper_of_a_cancelled_filing_is_not_called_good(client: Client, world: World) -> None:
    filing = make_in_force(world)
    code = form_printed(
        form_no="1",
        title="登记备案表",
        subject_kind="filing",
        subject_no=filing.filing_no,
        digest="a" * 64,
        by=world.clerk,
        at=world.now,
        region=world.changchun,
    ).code
    before = client.get(f"/verify/{code}/").content.decode()
    filing_cancel(by=world.clerk, at=world.now, filing=filing, reason="本人申请")

    after = client.get(f"/verify/{code}/").content.decode()

    assert "这张表是真的" in before
    assert "这张表现在不生效" in after
    assert "已撤销" in after


def test_the_page_says_how_often_it_was_printed_and_in_which_copies(client: Client, world: World) -> None:
    code = ""
    for copy in ("经办机构留存", "参保人留存"):
        code = form_printed(
            form_no="1",
            title="登记备案表",
            subject_kind="filing",
            subject_no="F2026110001",
            digest="a" * 64,
            by=world.clerk,
            at=world.now,
            region=world.changchun,
            copy=copy,
        ).code

    page = client.get(f"/verify/{code}/").content.decode()

    assert "2 次" in page and "联次：经办机构留存；参保人留存" in page
