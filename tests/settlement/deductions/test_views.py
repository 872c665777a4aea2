"""Pages and command of deductions."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from settlement.deductions.models import Deduction
from tests.settlement.deductions.rows import by_case, by_group
from tests.settlement.records.files import write
from tests.support.world import World

Run = Callable[..., Any]
LogIn = Callable[[object], Client]
DATA = Path(__file__).parents[2] / "data"


def page(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def test_each_region_sees_the_deductions_it_is_party_to(load: Run, as_user: LogIn, world: World) -> None:
    load([by_case("S1"), by_case("S2"), by_group()])

    seen = {
        who: page(as_user(getattr(world, who)), "/deductions/").count("/deductions/D2026")
        for who in ("changchun_clearing", "yanbian_clearing", "jilin_clearing", "prov_finance")
    }

    assert seen == {"changchun_clearing": 2, "yanbian_clearing": 1, "jilin_clearing": 3, "prov_finance": 3}
    page(as_user(world.clerk), "/deductions/", status=403)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("kind=audit_disallowance", 2),
        ("insured_region=222400", 1),
        ("period=202609", 0),
        ("institution=H1", 0),
    ],
)
def test_the_list_is_narrowed(load: Run, as_user: LogIn, world: World, query: str, found: int) -> None:
    load([by_case("S1"), by_case("S2"), by_group()])

    html = page(as_user(world.prov_clearing), f"/deductions/?{query}")

    assert html.count("/deductions/D2026") == found


def test_a_deduction_is_withdrawn_on_its_page(load: Run, as_user: LogIn, world: World) -> None:
    load([by_case()])
    client, url = as_user(world.changchun_clearing), f"/deductions/{Deduction.objects.get()}/"
    told = page(as_user(world.jilin_clearing), url)
    assert "不能由您撤回：扣款由参保地、省级或导入它的单位撤回" in told
    assert "撤回这笔扣款" not in told
    assert "撤回这笔扣款" in page(client, url)

    refused = client.post(f"{url}withdraw/", {"reason": ""})
    assert refused.status_code == 422
    assert "请写明撤回扣款的原因" in refused.content.decode()
    response = client.post(f"{url}withdraw/", {"reason": "申诉成立"}, follow=True)

    html = response.content.decode()
    assert "已撤回，冲抵的一笔是 D20261000002" in html
    assert "撤回这笔扣款" not in html
    assert client.post(f"{url}withdraw/", {"reason": "再来"}).status_code == 422
    assert Deduction.objects.count() == 2


def test_who_only_reads_gets_no_button_and_no_withdrawal(load: Run, as_user: LogIn, world: World) -> None:
    load([by_case()])
    url = f"/deductions/{Deduction.objects.get()}/"

    assert "撤回这笔扣款" not in page(as_user(world.prov_finance), url)
    assert as_user(world.prov_finance).post(f"{url}withdraw/", {"reason": "x"}).status_code == 403
    page(as_user(world.yanbian_clearing), url, status=404)
    assert as_user(world.yanbian_clearing).post(f"{url}withdraw/", {"reason": "x"}).status_code == 404
    assert Deduction.objects.count() == 1


def test_the_case_shows_its_deductions(load: Run, as_user: LogIn, world: World) -> None:
    load([by_case()])

    html = page(as_user(world.prov_clearing), "/cases/S1/")

    assert f"/deductions/{Deduction.objects.get()}/" in html
    assert "120.50" in html


def run(path: Path) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    code = 0
    try:
        call_command("import_deductions", str(path), "--json", stdout=out)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue())


def test_the_command_tells_what_it_did(cases: None, tmp_path: Path) -> None:
    path = write(tmp_path, [by_case(), by_case("S9")], "k.csv")

    code, told = run(path)

    assert (code, told["rows"], told["accepted"], told["refused"]) == (2, 2, 1, {"unknown_settlement": 1})
    assert run(path)[1]["unchanged"] == 1


@pytest.mark.parametrize(("month", "rows"), [("october-2026", 33), ("november-2026-gb18030", 10)])
def test_the_deductions_of_the_sample_months_are_taken(world: World, month: str, rows: int) -> None:
    with pytest.raises(SystemExit):
        call_command("import_settlements", str(DATA / month / "settlements.csv"), stdout=StringIO())

    code, told = run(DATA / month / "deductions.csv")

    assert (code, told["accepted"], told["refused"]) == (0, rows, {})
    assert run(DATA / month / "deductions.csv")[1]["unchanged"] == rows
    assert Deduction.objects.count() == rows
