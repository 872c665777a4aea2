"""Pinyin initials, and what a search term is taken for."""

import pytest

from filings.people.rules import MOST_READINGS, TermKind, name_initials, place_letters, read_term


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王建国", "wjg"),
        ("单雄信", "dxx"),
        ("单雄信", "sxx"),
        ("仇和", "qh"),
        ("仇和", "ch"),
        ("曾国藩", "zgf"),
        ("乐嘉", "yj"),
        ("欧阳䶮", "oyy"),
        ("周𬍡", "zd"),
        ("尉迟恭", "ycg"),
        ("尉迟恭", "wcg"),
        ("万俟卨", "mqx"),
        ("朴英姬", "pyj"),
        ("安娜·伊万诺娃", "anywnw"),
        ("Maria Li", "mariali"),
    ],
)
def test_a_name_is_found_by_any_reading_of_its_characters(name: str, typed: str) -> None:
    assert typed in name_initials(name)


def test_the_usual_reading_comes_first() -> None:
    assert name_initials("单雄信")[0] == "dxx"


def test_the_combinations_of_readings_end() -> None:
    assert len(name_initials("单乐曾仇尉长万区解朴")) == MOST_READINGS


def test_a_name_of_signs_alone_has_no_initials() -> None:
    assert name_initials("··") == []


@pytest.mark.parametrize(
    ("typed", "kind", "text"),
    [
        ("220102195604182784", TermKind.CERT_NO, "220102195604182784"),
        ("22010619521001285x", TermKind.CERT_NO, "22010619521001285X"),
        ("２２０１０２１９５６０４１８２７８４", TermKind.CERT_NO, "220102195604182784"),
        ("2201 0219 5604 1827 84", TermKind.CERT_NO, "220102195604182784"),
        ("p00000012", TermKind.PERSON_NO, "P00000012"),
        ("OYY", TermKind.INITIALS, "oyy"),
        ("欧阳", TermKind.NAME, "欧阳"),
        ("  王建国 ", TermKind.NAME, "王建国"),
        ("F2026110001", TermKind.CERT_NO, "F2026110001"),
    ],
)
def test_a_term_is_a_number_initials_or_a_name(typed: str, kind: TermKind, text: str) -> None:
    term = read_term(typed)

    assert (term.kind, term.text) == (kind, text)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("山东省", "SD"),
        ("重庆市", "CQ"),
        ("长春市", "CC"),
        ("吉林省（省内）", "JL"),
        ("延边朝鲜族自治州", "YBCXZZZZ"),
    ],
)
def test_a_place_is_led_by_its_initials(name: str, letters: str) -> None:
    assert place_letters(name) == letters
