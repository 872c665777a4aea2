"""While a long load holds SQLite's write lock, a form is kept and sends itself when the lock is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Person

pytestmark = pytest.mark.browser

Opens = Callable[[str], Person]


def test_a_form_that_met_the_lock_is_sent_again_by_itself(person: Opens) -> None:
    clerk = person("prov_clearing")
    holder = sqlite3.connect(clerk.site.folder / "demo.sqlite3", isolation_level=None)
    clerk.page.set_default_timeout(60_000)
    clerk.goes_to("/cases/by-hand/")
    page = clerk.page
    filled = {
        "结算编号": "HAND-1", "姓名": "张三", "证件号码": "22010219900101128X", "参保地区划": "220102",
        "就医地区划": "220202", "定点医药机构编号": "H22020200001", "医疗类别": "21",
        "结算时间": "2026-10-09 10:30:00", "医疗费总额": "100", "全自费": "0", "超限价自费": "0",
        "先行自付": "0", "符合政策范围": "100", "基金支付总额": "60", "统筹基金": "60", "个人现金": "40",
    }  # fmt: skip
    for label, value in filled.items():
        page.get_by_label(label, exact=False).first.fill(value)
    page.get_by_label("险种").select_option("职工")
    page.get_by_label("为什么手工录入").fill("平台漏传")

    holder.execute("BEGIN IMMEDIATE")
    page.get_by_role("button", name="核对并提交").click()
    expect(page.get_by_role("heading", name="系统正在写入大批数据")).to_be_visible(timeout=60_000)
    clerk.looks()
    expect(page.locator("input[name=psn_name]")).to_have_value("张三")
    expect(page.locator("[data-again-said]")).to_contain_text("秒后自动再试")
    holder.execute("ROLLBACK")
    holder.close()

    expect(page.get_by_text("等待确认").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("平台漏传")).to_be_visible()
