"""The screen's table and the print page: one declaration, strict CSP, everything escaped."""

import re

from django.template.loader import render_to_string

from agency.sheets.as_html import as_html, form_context, print_page, table
from agency.sheets.filled import Row, SheetData
from tests.agency.sheets.examples import CODE, FORM_9, FORM_14, LINKS, URL, filled, worked_10

TICK = "agency/sheets/_tick.html"
BOXES = "agency/sheets/_boxes.html"


def screen(data: SheetData) -> str:
    return re.sub(r">\s+<", "><", render_to_string("agency/sheets/_table.html", {"table": table(data)}))


def test_figures_stand_right_and_lead_to_what_is_behind_them() -> None:
    html = screen(worked_10())

    assert f'<td class="n"><a href="{LINKS["cases"]}">2</a></td><td class="n">1,134.30</td>' in html
    assert '<td class="n neg">-600.00</td>' in html
    assert '<div class="scroll" tabindex="0" role="region"' in html


def test_subtotals_and_total_are_marked() -> None:
    html = screen(worked_10())

    assert (
        '<tr class="subtotal"><td></td><td class="label" colspan="3">职工小计</td><td class="n">3</td>'
        in html
    )
    assert html.index("职工小计") < html.index("居民小计") < html.index("<tfoot>") < html.index(">合计<")
    assert '<td class="n">169,707.44</td></tr></tfoot>' in html


def test_grouped_headings_take_two_rows() -> None:
    html = screen(filled(FORM_9, ()))

    assert '<th scope="col" class="n seq" rowspan="2">序号</th>' in html
    assert '<th scope="colgroup" class="group" colspan="5">应收</th>' in html
    assert html.count("<tr>", 0, html.index("</thead>")) == 2


def test_an_empty_sheet_says_so_and_has_a_total_of_nil() -> None:
    html = screen(filled(FORM_9, ()))

    assert '<tr class="empty"><td colspan="16">本期没有数据。</td></tr>' in html
    assert html.count('<td class="n">0.00</td>') == 9


def test_what_people_typed_is_escaped() -> None:
    row = Row("r", {"reason": "<script>alert(1)</script>", "kind": "其他", "amount": 1})
    data = filled(FORM_14, (row,))

    for html in (screen(data), print_page(data)):
        assert "<script>" not in html
        assert "&lt;script&gt;alert(1)" in html


def test_the_print_page_keeps_to_the_strict_policy() -> None:
    html = print_page(worked_10())

    assert "style=" not in html
    assert "<style" not in html
    assert re.findall(r"<script[^>]*>", html) == ['<script src="/static/js/app.js" defer>']
    assert '<link rel="stylesheet" href="/static/css/forms.css">' in html
    assert re.findall(r"(?:src|href)=\"(?!/static/)([^\"]*)", html) == ["../"]


def test_the_print_page_has_all_that_the_paper_has() -> None:
    html = print_page(worked_10())

    for text in ("表 10", "编制单位：吉林省社会医疗保险管理局", "期别：2026年10月", "单位：元", CODE, URL):
        assert text in html
    for text in ("制表人：<b>王秀兰</b>", "复核人：<b>李䶮</b>", "编制日期：<b>2026年11月20日</b>", "盖章："):
        assert text in html
    assert '<svg viewBox="0 0 37 37" class="qr">' in html
    assert "草稿" not in html


def test_an_unsigned_sheet_is_marked_as_a_draft() -> None:
    html = print_page(worked_10(prepared_on=None, state_label="待确认", code=None, verify_url=None))

    assert '<div class="draft" aria-hidden="true">草稿</div>' in html
    assert "草稿 · 待确认" in html
    assert "编制日期：<b>草稿</b>" in html
    assert "验证码" not in html


def test_the_page_as_a_file_carries_its_stylesheet_and_is_the_same_each_time() -> None:
    html = as_html(worked_10())

    assert '<link rel="stylesheet" href="data:text/css;base64,' in html
    assert "/static/" not in html
    assert html == as_html(worked_10())


def test_a_number_fills_its_eighteen_boxes_or_leaves_them_blank() -> None:
    full = render_to_string(BOXES, {"text": "22010219900101123X"})
    blank = render_to_string(BOXES, {"text": ""})

    assert full.count("<i>") == blank.count("<i>") == 18
    assert "<i>2</i><i>3</i><i>X</i></span>" in full
    assert blank.count("<i> </i>") == 18


def test_only_the_chosen_box_is_ticked() -> None:
    assert '<span class="tick on"><i>√</i>职工</span>' in render_to_string(
        TICK, {"label": "职工", "on": True}
    )
    assert '<span class="tick"><i></i>居民</span>' in render_to_string(TICK, {"label": "居民", "on": False})


def test_a_form_is_drawn_once_for_each_copy() -> None:
    two = form_context(
        form="1", title="登记备案表", copies=("经办机构留存", "参保人留存"), code=CODE, verify_url=URL
    )
    html = render_to_string("agency/sheets/form.html", two)

    assert html.count("<h1 ") == html.count('class="qr"') == 2
    assert html.index("经办机构留存") < html.index("参保人留存")
    assert (
        render_to_string("agency/sheets/form.html", form_context(form="3", title="承诺书")).count("<h1 ") == 1
    )
