"""The largest type in which everything fits is chosen; figures never overflow."""

from agency.sheets.filled import Row
from agency.sheets.measure import ems, layout
from tests.agency.sheets.examples import FORM_9, FORM_10, FORM_12, FORM_14, WORKED_10, filled, worked_10

LARGE = 99_999_999_999_99


def test_letters_have_widths() -> None:
    assert ems("职工") == 200
    assert ems("1,234.50") == 6 * 56 + 2 * 28
    assert ems("H22") == 74 + 2 * 56


def test_a_small_sheet_is_set_in_nine_points_and_fills_the_page() -> None:
    space = layout(worked_10())

    assert space.half_points == 18
    assert sum(space.shares) == 200


def test_large_figures_make_the_type_smaller() -> None:
    row = Row("r", {column.key: LARGE for column in FORM_12.leaves if column.is_totalled})
    space = layout(filled(FORM_12, (row,)))

    assert space.half_points == 12
    assert sum(space.shares) == 200


def test_every_column_has_the_room_its_figures_need() -> None:
    row = Row("r", {column.key: 123_456_789_00 for column in FORM_9.leaves if column.is_totalled})
    space = layout(filled(FORM_9, (row,), region=""))

    page = 785_000
    for share, need in zip(space.shares, space.ems, strict=True):
        assert share * page // 200 >= need * space.half_points * 5


def test_long_text_wraps_within_the_declared_width() -> None:
    rows = (Row("r", {"reason": "重复收费" * 30, "kind": "审核扣款"}),)

    assert layout(filled(FORM_14, rows)).ems[9] == 1600


def test_the_numbers_of_a_long_sheet_are_never_wrapped() -> None:
    rows = WORKED_10 * 300

    assert layout(filled(FORM_10, rows)).ems[0] == 4 * 56
