"""Upload, preview, confirmation and the filings of a list, as pages."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
from django.test import Client
from django.urls import reverse

from agency.tabular.read import open_table
from filings.groups.columns import EXPECTED
from filings.models import Filing
from tests.filings.groups.lists import EMPLOYER, HEADER, checked, loaded, make_worker, previewed, row, write
from tests.support.world import World

LogIn = Callable[..., Client]


def test_from_upload_to_the_filings(world: World, as_user: LogIn, tmp_path: Path) -> None:
    person = make_worker(world.changchun)
    path = write(tmp_path, [row(person), row(make_worker(world.changchun), 渠道="朋友")])
    clerk, reviewer = as_user(world.clerk), as_user(world.reviewer)

    upload = clerk.get(reverse("agency:batch_new", kwargs={"kind": "filings"})).content.decode()
    batch = previewed(world, path)
    preview_url = reverse("agency:batch_detail", kwargs={"batch_no": batch.batch_no})
    own, others = clerk.get(preview_url).content.decode(), reviewer.get(preview_url).content.decode()

    assert reverse("filings:blank_list") in upload
    assert "确认写入 1 条" in others and "确认写入 1 条" not in own
    assert EMPLOYER in own and "渠道不认识 1" in own
    assert person.cert_no not in own and person.cert_no[-4:] in own


def test_the_filings_of_a_list_with_their_employer(world: World, as_user: LogIn, tmp_path: Path) -> None:
    person = make_worker(world.changchun)
    batch = loaded(world, write(tmp_path, [row(person, 外部编号="W1")]))
    url = reverse("filings:batch_filings", kwargs={"filing_batch_no": batch.batch_no})

    page = as_user(world.clerk).get(url).content.decode()
    preview = as_user(world.clerk).get(reverse("agency:batch_detail", kwargs={"batch_no": batch.batch_no}))

    assert all(told in page for told in (Filing.objects.get().filing_no, EMPLOYER, "W1", "辽宁省沈阳市"))
    assert person.cert_no not in page
    assert url in preview.content.decode()
    assert as_user(world.yanbian_clerk).get(url).status_code == 404
    assert as_user(world.prov_supervisor).get(url).status_code == 200
    assert as_user(world.changchun_clearing).get(url).status_code == 403


def test_the_numbers_of_refused_rows_are_masked(world: World, as_user: LogIn, tmp_path: Path) -> None:
    person, agent = make_worker(world.changchun), "220102196103150012"
    said = {"代办人姓名": "孙经理", "代办人证件号码": agent, "代办人电话": "13900001111"}
    batch = previewed(world, write(tmp_path, [row(person, **said)]))

    page = as_user(world.clerk).get(reverse("agency:batch_detail", kwargs={"batch_no": batch.batch_no}))

    assert "2201**********0012" in page.content.decode()
    assert agent not in page.content.decode()


def test_a_list_not_yet_confirmed_says_so(world: World, as_user: LogIn, tmp_path: Path) -> None:
    batch = previewed(world, write(tmp_path, [row(make_worker(world.changchun))]))

    page = as_user(world.clerk).get(
        reverse("filings:batch_filings", kwargs={"filing_batch_no": batch.batch_no})
    )

    assert "这一批没有备案" in page.content.decode()


def test_whoever_may_not_release_filings_gets_no_button(world: World, as_user: LogIn, tmp_path: Path) -> None:
    batch = previewed(world, write(tmp_path, [row(make_worker(world.changchun))]))
    url = reverse("agency:batch_confirm", kwargs={"batch_no": batch.batch_no})

    answer = as_user(world.clerk).post(url, {"preview_digest": batch.preview_digest})

    assert answer.status_code == 403
    assert Filing.objects.count() == 0


def test_the_side_bar_leads_those_who_may_to_the_upload(world: World, as_user: LogIn) -> None:
    url = reverse("agency:batch_new", kwargs={"kind": "filings"})

    assert url in as_user(world.clerk).get(reverse("agency:home")).content.decode()
    assert url not in as_user(world.auditor).get(reverse("agency:home")).content.decode()


def test_the_blank_list_comes_back_in(world: World, as_user: LogIn, tmp_path: Path) -> None:
    answer = as_user(world.clerk).get(reverse("filings:blank_list"))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet, person = book["备案名单"], make_worker(world.changchun)
    formats = {cell.value: sheet.column_dimensions[cell.column_letter] for cell in sheet[1]}
    lists = {str(one.sqref).split(":")[0]: one.formula1 for one in sheet.data_validations.dataValidation}
    for index, (name, value) in enumerate(row(person).items(), 1):
        sheet.cell(2, HEADER.index(name) + 1, value)
        assert index <= len(HEADER)
    path = tmp_path / "filled.xlsx"
    book.save(path)

    assert [cell.value for cell in sheet[1]] == HEADER
    assert book.sheetnames == ["备案名单", "填写说明", "就医地区划"]
    assert formats["证件号码"].number_format == "@"
    assert "常驻异地工作人员" in lists["H2"] and "合作单位" in lists["I2"] and "220100" in lists["F2"]
    assert "210100" in {cell.value for cell in book["就医地区划"]["A"]}
    assert open_table(path, filename="filled.xlsx", expected=EXPECTED).sheet == "备案名单"
    assert (checked(path, world).accepted, checked(path, world).rows) == (1, 1)
