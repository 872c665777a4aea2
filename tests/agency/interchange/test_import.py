"""Reference data from a file: what the preview says is what the confirmation writes, and no more."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client

from agency.batches.models import KeptFile
from agency.journal.models import AuditEntry
from agency.organisation.models import AreaCode, PoolingRegion
from agency.policy.models import Holiday, Parameter
from settlement.records.models import CareType
from tests.agency.interchange.files import (
    AREA,
    CARE_TYPE,
    PARAMETER,
    PARAMETER_COLUMNS,
    confirm,
    counts,
    lines,
    may_confirm,
    told,
    upload,
    workbook,
)
from tests.support.world import World

Login = Callable[[object], Client]
LAPSE = "filing.lapse_months"
CHANGE_OF_POLICY = lines(
    PARAMETER_COLUMNS,
    f"{LAPSE},,3,整数,月,备案开了头未办完，几个月后失效,从受理日起算,2000-01-01,2026-12-31,[S1]",
    f"{LAPSE},,6,整数,月,备案开了头未办完，几个月后失效,从受理日起算,2027-01-01,,吉医保发〔2026〕9号",
    "filing.supplement_workdays,,5,整数,工作日,补正期限,从发出补正之日起算,2000-01-01,,[P]",
)


def test_a_change_of_policy_is_a_new_row_beside_the_closed_one(world: World, as_user: Login) -> None:
    client = as_user(world.prov_supervisor)

    page = upload(client, PARAMETER, CHANGE_OF_POLICY)

    assert counts(page) == {"新增": 1, "修改": 1, "相同": 1}
    closed, new = page.context["outcome"].written
    assert [(change.column, change.old, change.new) for change in closed.changes] == [
        ("失效日期", "（空）", "2026-12-31")
    ]
    assert (new.line_no, new.name) == (3, f"{LAPSE} · 2027-01-01")
    assert Parameter.objects.filter(key=LAPSE).count() == 1  # a preview writes nothing
    assert not AuditEntry.objects.filter(action__startswith="reference").exists()

    done = confirm(client, PARAMETER, page)

    assert done["Location"] == PARAMETER
    assert "新增 1 条，修改 1 条，1 条相同" in client.get(PARAMETER).content.decode()
    rows = Parameter.objects.filter(key=LAPSE).order_by("valid_from")
    assert [(row.value, str(row.valid_from), str(row.valid_to)) for row in rows] == [
        ("3", "2000-01-01", "2026-12-31"),
        ("6", "2027-01-01", "None"),
    ]


def test_each_row_stands_in_the_log_as_its_form_would_log_it_and_the_file_with_its_digest(
    world: World, as_user: Login
) -> None:
    client = as_user(world.prov_supervisor)
    confirm(client, PARAMETER, upload(client, PARAMETER, CHANGE_OF_POLICY))

    entries = list(AuditEntry.objects.filter(action__startswith="reference").order_by("seq"))
    digest = hashlib.sha256(CHANGE_OF_POLICY).hexdigest()

    assert [entry.action for entry in entries] == [
        "reference_added",
        "reference_changed",
        "reference_imported",
    ]
    assert {entry.by for entry in entries} == {world.prov_supervisor}
    assert entries[1].detail["columns"] == ["valid_to"]
    assert entries[2].detail == {"digest": digest, "rows": 3, "added": 1, "changed": 1, "unchanged": 1}
    kept = KeptFile.objects.get(digest=digest)
    assert (Path(settings.MEDIA_ROOT) / kept.path).read_bytes() == CHANGE_OF_POLICY
    assert LogEntry.objects.filter(user=world.prov_supervisor).count() == 2  # the history page of each row


def test_the_same_file_again_changes_nothing_and_says_so(world: World, as_user: Login) -> None:
    client = as_user(world.prov_supervisor)
    confirm(client, PARAMETER, upload(client, PARAMETER, CHANGE_OF_POLICY))

    page = upload(client, PARAMETER, CHANGE_OF_POLICY)

    assert counts(page) == {"相同": 3}
    assert "3 行与现有的全部相同" in page.content.decode()
    assert "第 2–4 行" in page.content.decode()
    assert not may_confirm(page)


def test_a_preview_confirmed_twice_writes_once(world: World, as_user: Login) -> None:
    client = as_user(world.prov_supervisor)
    page = upload(client, PARAMETER, CHANGE_OF_POLICY)
    confirm(client, PARAMETER, page)

    again = confirm(client, PARAMETER, page)

    assert "没有写入" in again.content.decode()
    assert counts(again) == {"相同": 3}
    assert AuditEntry.objects.filter(action="reference_imported").count() == 1


def test_what_changed_since_the_preview_asks_for_a_new_one(world: World, as_user: Login) -> None:
    client = as_user(world.prov_supervisor)
    page = upload(client, PARAMETER, CHANGE_OF_POLICY)
    Parameter.objects.filter(key=LAPSE).update(note="别人刚改的")  # a column of a row that the file names

    again = confirm(client, PARAMETER, page)

    assert "预览之后数据有了变化，没有写入" in again.content.decode()
    assert Parameter.objects.get(key=LAPSE).valid_to is None
    assert ("备注", "别人刚改的", "从受理日起算") in [
        (change.column, change.old, change.new) for change in again.context["outcome"].written[0].changes
    ]
    assert confirm(client, PARAMETER, again).status_code == 302  # the new preview can be confirmed
    assert Parameter.objects.filter(key=LAPSE).count() == 2


def test_a_row_changed_in_a_column_that_the_file_lacks_asks_for_a_new_preview(
    world: World, as_user: Login
) -> None:
    client = as_user(world.prov_supervisor)
    content = lines("代码,生效日期,失效日期", "11,2000-01-01,2026-12-31")
    page = upload(client, CARE_TYPE, content)
    CareType.objects.filter(code="11").update(name="别人改的名称")

    assert "没有写入" in confirm(client, CARE_TYPE, page).content.decode()
    assert CareType.objects.get(code="11").valid_to is None


@pytest.mark.parametrize("spoil", ["digest", "token", "person", "page"])
def test_a_confirmation_is_of_the_previewed_file_by_the_same_person_on_the_same_page(
    world: World, as_user: Login, spoil: str
) -> None:
    client = as_user(world.prov_supervisor)
    page = upload(client, PARAMETER, CHANGE_OF_POLICY)
    token, url = page.context["confirm_form"].initial["preview"], PARAMETER
    if spoil == "digest":  # somebody puts another file in its place
        kept = KeptFile.objects.get(digest=hashlib.sha256(CHANGE_OF_POLICY).hexdigest())
        path = Path(settings.MEDIA_ROOT) / kept.path
        path.write_bytes(CHANGE_OF_POLICY.replace(b",6,", b",9,"))
    elif spoil == "token":
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    elif spoil == "person":
        client = as_user(world.prov_system)
    else:
        url = AREA

    response = client.post(f"{url}process_import/", {"preview": token})

    assert response["Location"] == f"{url}import/"
    assert "这份预览已经失效" in client.get(response["Location"]).content.decode()
    assert Parameter.objects.filter(key=LAPSE).count() == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_is_read_in_the_encodings_of_excel(world: World, as_user: Login, encoding: str) -> None:
    client = as_user(world.prov_supervisor)
    content = lines(
        "区划代码,名称,统筹区,生效日期,失效日期,依据",
        "229889,示例区（𬍡）,220100,2026-12-01,,省局通知",
        encoding=encoding,
    )

    page = upload(client, AREA, content)
    confirm(client, AREA, page)

    assert page.context["outcome"].encoding == encoding.removesuffix("-sig")
    assert AreaCode.objects.get(area_code="229889").name == "示例区（𬍡）"


def test_a_workbook_is_read_as_it_is(world: World, as_user: Login) -> None:
    """Excel's numbers, real dates and stray spaces; platform names of columns; labels or stored values."""
    import datetime as dt

    client = as_user(world.prov_supervisor)
    content = workbook(
        ["code", " 名 称 ", "care_kind", "valid_from", "valid_to", "依据", "说明"],
        [99, "示例类别 ", "住院", dt.date(2027, 1, 1), None, "省局通知", "没有这一列"],
        ["98", "示例类别二", "outpatient", "2027/1/1", "20271231", "", ""],
    )

    page = upload(client, CARE_TYPE, content, name="医疗类别.xlsx")
    confirm(client, CARE_TYPE, page)

    assert "不认识的列，没有读：说明" in page.content.decode()
    assert list(
        CareType.objects.filter(code__in=["98", "99"]).values_list("code", "name", "care_kind", "valid_to")
    ) == [
        ("98", "示例类别二", "outpatient", dt.date(2027, 12, 31)),
        ("99", "示例类别", "inpatient", None),
    ]


def test_columns_that_the_file_lacks_stay_as_they_are(world: World, as_user: Login) -> None:
    client = as_user(world.prov_supervisor)
    before = PoolingRegion.objects.get(code="220100")

    page = upload(client, "/admin/agency/poolingregion/", lines("区划代码,依据", "220100,吉编发〔2026〕1号"))
    confirm(client, "/admin/agency/poolingregion/", page)

    after = PoolingRegion.objects.get(code="220100")
    assert (after.source, after.name, after.position) == ("吉编发〔2026〕1号", before.name, before.position)


def test_one_refused_row_holds_back_the_whole_file(world: World, as_user: Login) -> None:
    client = as_user(world.prov_supervisor)
    content = lines(
        "日期,类型,名称,依据",
        "2027-01-01,休息,元旦,国办发明电〔2026〕7号",
        "2027-01-02,放假,元旦,国办发明电〔2026〕7号",
    )

    page = upload(client, "/admin/agency/holiday/", content)

    assert counts(page) == {"拒绝": 1, "新增": 1}
    assert told(page) == ["第 3 行“类型”：没有“放假”这一项，可填：休息、上班。"]
    assert not may_confirm(page)
    assert not Holiday.objects.exists()
    assert not KeptFile.objects.exists()  # what cannot be confirmed is not kept
