"""Institutions in the Django admin: each region its own, stubs completed by the province, dates that fit."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

from django.core.management import call_command
from django.test import Client

from agency.journal.models import AuditEntry
from agency.organisation.models import (
    Institution,
    InstitutionConnection,
    InstitutionQualification,
    Place,
    PoolingRegion,
)
from tests.support.world import World

Login = Callable[[object], Client]
LIST = "/admin/agency/institution/"


def form_of(row: Institution, **changes: object) -> dict[str, object]:
    """What the change page posts, with `connections`/`qualifications` as they are stored."""
    names = ("name", "level", "region_id", "place_id", "address", "designated_from", "designated_to")
    data: dict[str, object] = {name.removesuffix("_id"): getattr(row, name) or "" for name in names}
    for prefix, columns in (
        ("connections", ("care_kind", "scope", "valid_from", "valid_to", "source")),
        ("qualifications", ("qualification", "valid_from", "valid_to", "source")),
    ):
        rows = list(getattr(row, prefix).all())
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(rows)}
        for number, one in enumerate(rows):
            data |= {f"{prefix}-{number}-id": one.pk, f"{prefix}-{number}-institution": row.pk}
            data |= {f"{prefix}-{number}-{name}": getattr(one, name) or "" for name in columns}
    return {**data, **changes}


def change(client: Client, row: Institution, **changes: object) -> str:
    """Posts the change page; empty when it was stored, else the page with what is wrong."""
    response = client.post(f"{LIST}{row.pk}/change/", form_of(row, **changes))
    return "" if response.status_code == 302 else response.content.decode()


def test_a_region_keeps_its_own_institutions_only(world: World, as_user: Login) -> None:
    client = as_user(world.supervisor)
    own, other = (Institution.objects.get(code=code) for code in ("H22010000007", "H22240000001"))

    assert change(client, own, address="新址") == ""
    assert client.get(f"{LIST}{other.pk}/change/").status_code == 302  # not there: back to the index
    assert other.code not in client.get(LIST).content.decode()
    assert "选择一个有效的选项" in change(client, own, region=world.yanbian.pk)
    own.refresh_from_db()
    assert (own.address, own.region) == ("新址", world.changchun)
    entry = AuditEntry.objects.get(action="reference_changed")
    assert (entry.detail["code"], entry.detail["columns"]) == ("H22010000007", ["address"])


def test_a_connection_is_added_beside_the_old_one_not_over_it(world: World, as_user: Login) -> None:
    row = Institution.objects.get(code="H22010000007")  # 二级乙等: in the province only
    new = {
        "connections-TOTAL_FORMS": 5, "connections-4-care_kind": "inpatient",
        "connections-4-scope": "in_province", "connections-4-valid_from": "2026-12-01",
    }  # fmt: skip
    client = as_user(world.supervisor)

    assert "同一项有两行的日期重叠" in change(client, row, **new)
    assert row.connections.count() == 4
    assert change(client, row, **{**new, "connections-4-scope": "cross_province"}) == ""
    assert row.connections.count() == 5

    call_command("seed", stdout=StringIO())  # what staff keep, seeding leaves alone
    assert row.connections.count() == 5


def test_seeding_leaves_the_dates_that_staff_set(world: World, as_user: Login) -> None:
    row = Institution.objects.get(code="H22010000007")

    past = {"connections-0-valid_to": "2026-06-30", "connections-0-mended_why": "录错"}
    assert change(as_user(world.supervisor), row, **past) == ""
    call_command("seed", stdout=StringIO())

    assert InstitutionConnection.objects.filter(institution=row, valid_to="2026-06-30").count() == 1


def test_a_connection_in_use_is_rewritten_only_with_a_reason(world: World, as_user: Login) -> None:
    row, client = Institution.objects.get(code="H22010000007"), as_user(world.supervisor)
    first = row.connections.all()[0]
    other = {"connections-0-valid_from": "2001-02-03"}

    assert "已经在用，改写了生效日期" in change(client, row, **other)
    first.refresh_from_db()
    assert str(first.valid_from) != "2001-02-03"
    before = {"valid_from": str(first.valid_from)}
    assert change(client, row, **other, **{"connections-0-mended_why": "录错"}) == ""

    first.refresh_from_db()
    assert str(first.valid_from) == "2001-02-03"
    detail = AuditEntry.objects.order_by("-seq")[0].detail
    assert (detail["reason"], detail["before"]) == ("录错", before)


def test_a_regional_centre_is_for_the_province_to_say(world: World, as_user: Login) -> None:
    row = Institution.objects.get(code="H22010000007")
    new = {
        "qualifications-TOTAL_FORMS": 1, "qualifications-0-qualification": "regional_centre",
        "qualifications-0-valid_from": "2026-12-01",
    }  # fmt: skip

    assert "由省级主管登记" in change(as_user(world.supervisor), row, **new)
    assert not InstitutionQualification.objects.filter(institution=row).exists()
    assert change(as_user(world.prov_supervisor), row, **new) == ""


def test_a_stub_is_completed_by_the_province_with_name_region_and_place(world: World, as_user: Login) -> None:
    stub = Institution.objects.create(code="H21010099999", is_stub=True)
    client = as_user(world.prov_supervisor)
    liaoning, shenyang = world.liaoning.pk, Place.objects.get(code="210100").pk

    assert stub.code in client.get(f"{LIST}?is_stub__exact=1").content.decode()
    told = change(client, stub)
    assert "请填写名称" in told
    assert "请选统筹区或外省" in told
    assert "请选所在的市州" in change(client, stub, name="新医院", region=liaoning)
    guangzhou = Place.objects.get(code="440100").pk
    assert "广州市不在辽宁省" in change(client, stub, name="新医院", region=liaoning, place=guangzhou)
    beijing = PoolingRegion.objects.get(code="110000").pk
    assert change(client, stub, is_stub="on", region=beijing) == ""  # still a stub: as far as it is known
    assert change(client, stub, name="新医院", region=liaoning, place=shenyang) == ""
    stub.refresh_from_db()
    assert stub.designated_on(world.today)


def test_a_new_code_is_well_formed_and_a_stored_one_stays(world: World, as_user: Login) -> None:
    client, row = as_user(world.prov_supervisor), Institution.objects.get(code="H22010000007")
    added = client.post(f"{LIST}add/", form_of(row, code="H123"))

    assert "编码是 H 或 P 加 11 位数字" in added.content.decode()
    assert change(client, row, code="H22010000008") == ""
    row.refresh_from_db()
    assert row.code == "H22010000007"
