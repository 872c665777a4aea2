"""A supervisor takes reference data out, mends it, and brings it back through the preview."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]


def test_a_parameter_changes_from_the_new_year(person: Opens, tmp_path: Path) -> None:
    supervisor = person("prov_supervisor")
    page = supervisor.page
    supervisor.goes_to("/admin/agency/parameter/?q=lapse_months")

    page.get_by_role("link", name="导出", exact=True).click()
    supervisor.looks()
    page.get_by_label("格式").select_option(label="CSV（UTF-8）")
    with page.expect_download() as download:
        page.get_by_role("button", name="导出").click()
    head, row = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    old = row.replace("2000-01-01,,", "2000-01-01,2098-12-31,")
    new = row.replace(",3,整数", ",6,整数").replace("2000-01-01,,", "2099-01-01,,")
    file = tmp_path / "更正.csv"

    file.write_text("\n".join([head, new]), encoding="gb18030")
    supervisor.goes_to("/admin/agency/parameter/import/")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_text("请在同一个文件里把前一行的失效日期填为 2098-12-31")).to_be_visible()
    supervisor.looks()

    file.write_text("\n".join([head, old, new]), encoding="gb18030")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_text("编码 gb18030")).to_be_visible()
    supervisor.looks()
    page.get_by_role("button", name="确认写入 2 条").click()
    page.wait_for_url(re.compile("/admin/agency/parameter/$"))
    expect(page.get_by_text("已导入：新增 1 条，修改 1 条，0 条相同。")).to_be_visible()
    supervisor.looks()


def test_the_choice_of_tables_and_the_comparison_load_under_the_policy(person: Opens) -> None:
    supervisor = person("prov_supervisor")

    supervisor.goes_to("/admin/agency/institution/import/")
    expect(supervisor.page.get_by_label("哪一张表")).to_be_visible()
    supervisor.goes_to("/admin/agency/institution/export/?is_stub__exact=0")
    expect(supervisor.page.get_by_text("导出列表上筛选出的各条")).to_be_visible()
    supervisor.goes_to("/admin/settlement/sheetcomparison/import/")
    expect(supervisor.page.get_by_role("button", name="上传并预览")).to_be_visible()
