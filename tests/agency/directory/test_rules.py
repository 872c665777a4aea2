"""What was typed, what an institution is on a day, which spans share a day: no database."""

import datetime as dt

import pytest

from agency.directory.rules import Standing, Term, code_span, overlapping, read_code, read_term, standing

D = dt.date


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        (" h2201 ", Term(code="H2201")),
        ("Ｐ２２０１", Term(code="P2201")),
        ("H22010000001", Term(code="H22010000001")),
        ("H220100000012", Term(words=("H220100000012",))),
        ("沈阳 21 医院", Term(words=("沈阳", "21", "医院"))),
        ("  ", Term()),
    ],
)
def test_a_term_is_the_beginning_of_a_code_or_words_of_a_name(typed: str, term: Term) -> None:
    assert read_term(typed) == term


def test_the_beginning_of_a_code_spans_all_codes_with_it() -> None:
    assert code_span("H2201") == ("H22010000000", "H22019999999")
    assert (read_code("H22010000001"), read_code("H2201"), read_code("h22010000001")) == (
        "H22010000001",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("is_stub", "begins", "ends", "found"),
    [
        (False, D(2026, 11, 20), None, Standing.DESIGNATED),
        (False, D(2026, 11, 1), D(2026, 11, 20), Standing.DESIGNATED),
        (False, D(2026, 11, 1), D(2026, 11, 19), Standing.ENDED),
        (False, D(2026, 11, 21), None, Standing.NOT_YET),
        (True, D(2000, 1, 1), None, Standing.STUB),
    ],
)
def test_both_ends_of_the_designation_count(
    is_stub: bool, begins: dt.date, ends: dt.date | None, found: Standing
) -> None:
    assert standing(is_stub=is_stub, begins=begins, ends=ends, on=D(2026, 11, 20)) == found


def test_spans_overlap_when_they_share_a_day() -> None:
    first, next_day = (D(2026, 1, 1), D(2026, 6, 30)), (D(2026, 7, 1), None)

    assert not overlapping([next_day, first])
    assert overlapping([first, (D(2026, 6, 30), None)])
    assert overlapping([(D(2026, 1, 1), None), next_day])
