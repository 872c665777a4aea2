"""Form 4: the table of rows, corrections that delete nothing, the paper."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from pypdf import PdfReader

from agency.journal.models import AuditEntry, PrintedForm
from filings.models import OutsideCare, OutsideCareItem, Stay
from filings.outside_care.checks import totals_are_sums
from filings.outside_care.form4 import form4_of
from filings.outside_care.hooks import search_slips
from filings.outside_care.rules import Item
from filings.outside_care.standing import standing_of_slip
from tests.filings.making import enrol, make_in_force, make_person
from tests.filings.staying import HOSPITAL, PHARMACY, make_slip, make_stay
from tests.support.world import World

Login = Callable[[object], Client]
HEAD = {"outside_institution": PHARMACY, "prescribed_on": "2026-11-12", "rows": "5"}


def line(index: int, name: str, quantity: str, price: str) -> dict[str, str]:
    said = {"name": name, "quantity": quantity, "unit_price": price}
    return {f"item-{index}-{field}": value for field, value in said.items()}


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_rows_are_added_without_script_and_a_slip_is_saved(world: World, as_user: Login) -> None:
    stay = make_stay(world)
    client, url = as_user(world.clerk), f"/outside-care/new/?stay={stay.stay_no}"
    typed = {
        **HEAD,
        "stay": stay.stay_no,
        **line(0, "白蛋白", "4", "386.00"),
        **line(3, "护理粉", "1.5", "68.35"),
    }
    assert client.get(url).content.decode().count('name="item-4-name"') == 1

    more = client.post(url, {**typed, "action": "more"})
    page = more.content.decode()
    assert more.status_code == 200 and 'name="item-9-name"' in page and "1,646.53" in page
    assert 'class="errors"' not in page and not OutsideCare.objects.exists()
    saved = client.post(url, {**typed, "rows": "10"})

    slip = OutsideCare.objects.get()
    assert saved.url == f"/outside-care/{slip.slip_no}/" and slip.slip_no == "Y2026110001"
    assert slip.total_fen == 164653
    assert list(slip.items.values_list("line_no", "name", "amount_fen")) == [
        (1, "白蛋白", 154400), (2, "护理粉", 10253),
    ]  # fmt: skip
    assert "1,646.53" in client.get(saved.url).content.decode()
    assert "1,646.53" in client.get(f"/stays/{stay.stay_no}/").content.decode()


def test_the_fragment_has_rows_amounts_and_total(world: World, as_user: Login) -> None:
    client = as_user(world.clerk)

    page = client.post("/outside-care/rows/", {"rows": "2", **line(0, "甲", "2.5", "0.01")}).content.decode()
    full = client.post("/outside-care/rows/", {"rows": "999", "action": "more"}).content.decode()
    odd = client.post("/outside-care/rows/", {"rows": "-1", **line(0, "甲", "x", "y")})

    assert 'id="items-total">0.03<' in page and 'id="amount_1"' in page and "item-2-name" not in page
    assert "最多 60 行" in full and "item-60-name" not in full
    assert odd.status_code == 200 and 'class="err"' not in odd.content.decode()


def test_wrong_rows_are_told_by_line_and_nothing_is_written(world: World, as_user: Login) -> None:
    person = make_person()
    enrol(person, world.changchun)
    client, url = as_user(world.clerk), f"/outside-care/new/?person={person.person_no}"
    new = {"stay": "new", "stay-institution": HOSPITAL, "stay-admission_no": "Z1"}
    new["stay-admitted_on"] = "2026-11-10"

    rows = {**line(1, "甲", "1.2345", "1.005"), **line(2, "", "1", "1")}
    bad = client.post(url, {**HEAD, **new, **rows}).content.decode()
    none = client.post(url, {**HEAD, **new})
    same = client.post(url, {**HEAD, **new, **line(0, "甲", "1", "1"), "outside_institution": HOSPITAL})

    assert "第 2 行数量：" in bad and "第 2 行单价：" in bad and "第 3 行项目或药品名称：" in bad
    assert (none.status_code, same.status_code) == (422, 422)
    assert "至少填写一行" in none.content.decode() and "不能就是住院的医院" in same.content.decode()
    assert not OutsideCare.objects.exists() and not Stay.objects.exists()


def test_a_correction_keeps_the_old_lines_and_shows_on_the_old_paper(world: World, as_user: Login) -> None:
    slip = make_slip(world)
    client, url = as_user(world.clerk), f"/outside-care/{slip.slip_no}/"
    page = client.get(f"{url}form/4/").content.decode()
    printed = PrintedForm.objects.get()
    assert "壹佰零贰元伍角叁分" in page and printed.code in page
    assert standing_of_slip(printed).is_effective  # type: ignore[union-attr]

    edited = client.get(f"{url}edit/").content.decode()
    typed = {**HEAD, "stay": slip.stay.stay_no, **line(0, "造口护理粉", "2", "68.35"), "version": "1"}
    more = client.post(f"{url}edit/", {**typed, "action": "more"})
    saved, stale = client.post(f"{url}edit/", typed), client.post(f"{url}edit/", {**typed, "doctor": "x"})

    assert 'value="1.5"' in edited and 'value="68.35"' in edited and more.status_code == 200
    assert (saved.status_code, stale.status_code) == (302, 422)
    lines = OutsideCareItem.objects.order_by("version").values_list("version", "amount_fen")
    assert list(lines) == [(1, 10253), (2, 13670)]
    assert standing_of_slip(printed).label == "打印后有更正"  # type: ignore[union-attr]
    entry = AuditEntry.objects.get(action="outside_care_changed")
    assert entry.detail["changed"] == ["total_fen", "items"]
    assert list(totals_are_sums(None)) == []


def test_the_form_prints_of_a_slip_a_stay_a_filing_or_blank(world: World, tmp_path: Path) -> None:
    filing = make_in_force(world)
    stay, out = make_stay(world, filing.person, filing=filing), tmp_path / "form.pdf"

    def printed(*number: str) -> str:
        call_command("print_form", "4", *number, "--out", str(out), stdout=io.StringIO())
        return text_of(out.read_bytes())

    empty = printed("--number", filing.filing_no)
    items = tuple(Item(f"药品{index}", 1000, 100) for index in range(1, 31))
    slip = make_slip(world, stay, items=items)
    whole = printed("--number", slip.slip_no)

    assert "ZY0001" in empty and "验证码" not in empty
    assert "药品30" in whole and "叁拾元整" in whole and len(PdfReader(out).pages) == 2
    assert [tick.on for tick in form4_of(slip).kinds] == [False, True]
    assert slip.slip_no in printed("--number", stay.stay_no) and "周桂兰" not in printed()
    with pytest.raises(CommandError, match="没有购药单"):
        printed("--number", "F2026119999")


def test_other_regions_see_nothing_of_it(world: World, as_user: Login) -> None:
    slip = make_slip(world)
    stranger = as_user(world.yanbian_clerk)

    for path in ("", "edit/", "form/4/", "form/4.pdf"):
        assert stranger.get(f"/outside-care/{slip.slip_no}/{path}").status_code == 404
    assert search_slips(world.yanbian_clerk, slip.slip_no).rows == []  # type: ignore[union-attr]
    assert search_slips(world.clerk, slip.slip_no).rows  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "change", [{"amount_fen": 10252}, {"amount_fen": 10254}, {"quantity_milli": 0}, {"name": ""}]
)
def test_the_database_refuses_what_python_missed(world: World, change: dict[str, object]) -> None:
    make_slip(world)

    with pytest.raises(IntegrityError), transaction.atomic():
        OutsideCareItem.objects.update(**change)


def test_the_books_find_a_total_that_is_no_sum_and_a_lost_line(world: World) -> None:
    items = (Item("甲", 1000, 100), Item("乙", 1000, 0))
    slip, other = make_slip(world, items=items), make_slip(world, make_stay(world, admission_no="ZY2"))
    OutsideCareItem.objects.filter(slip=slip, line_no=1).update(line_no=3)
    OutsideCare.objects.filter(pk=other.pk).update(total_fen=1)

    found = {broken.subject: broken.message for broken in totals_are_sums(None)}

    assert found == {slip.slip_no: "缺行", other.slip_no: "合计 0.01 元，1 行相加是 102.53 元"}
