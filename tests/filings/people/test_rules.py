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


# Surnames that are read in several ways, or otherwise than the same character in a word.
SURNAMES = (
    "单 s d c/曾 z c/仇 q c/解 x j/查 z c/区 o q/朴 p/盖 g/员 y/繁 p f/缪 m/乜 n m/召 s z/晟 c s/冼 x/"
    "洗 x/秘 b m/冯 f/种 c z/覃 q t/谌 c s/翟 z d/能 n/折 s z/句 g j/隗 w k/逄 p/佴 n/郗 x c/郇 x h/"
    "适 k s/那 n/宿 s x/牟 m/祭 z j/车 c j/盛 s c/石 s/葛 g/呙 g/亓 q/相 x/於 y w/柏 b/薄 b/卜 b/"
    "尉 y w/粘 n z/谷 g y/贾 j g/重 c z/艾 a y/费 f b/褚 c z/眭 s h/瞿 q j/乐 y l/会 g h k/镡 t x c/"
    "撒 s/阿 a e/郝 h s/黑 h/颉 x j/提 t d/无 w m/澹 t d/宓 m f/强 q j/降 x j/藏 z c/臧 z/酂 z c/"
    "么 y m/嵇 j x/晁 c z/渑 s m/率 l s/陶 t y/郄 q x/钭 t d/滑 h g/莘 s x/齐 q/参 s c/校 x j/系 x j/"
    "弹 d t/叶 y x/姥 m l/筠 y j/大 d t/蔚 y w/褶 x z/睢 s h/合 h g/吾 w/都 d/过 g/应 y/行 x h"
)


def test_every_reading_of_a_surname_counts() -> None:
    unread = [
        (surname, letter)
        for surname, *letters in map(str.split, SURNAMES.split("/"))
        for letter in letters
        if f"{letter}jg" not in name_initials(f"{surname}建国")
    ]

    assert unread == []


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("尉迟恭", "ycg"), ("万俟卨", "mqx"), ("长孙无忌", "zswj"), ("单于伊", "cyy"), ("澹台灭明", "ttmm"),
        ("令狐冲", "lhc"), ("鲜于枢", "xys"), ("呼延灼", "hyz"), ("乐正绫", "yzl"), ("夹谷清", "jgq"),
        ("子车奄", "zjy"), ("亓官长乐", "qgcl"),
    ],
)  # fmt: skip
def test_a_double_surname_is_found_as_it_is_read(name: str, typed: str) -> None:
    assert typed in name_initials(name)


def test_the_usual_reading_comes_first() -> None:
    assert name_initials("单雄信")[0] == "dxx"


def test_the_combinations_of_readings_end_with_those_of_the_surname_among_them() -> None:
    spelled = name_initials("单乐曾仇尉长万区解朴")

    assert len(spelled) == MOST_READINGS
    assert {"d", "s", "c"} == {letters[0] for letters in spelled}


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
        ("F2026110001", TermKind.CERT_PREFIX, "F2026110001"),
        ("220102", TermKind.CERT_PREFIX, "220102"),
        ("2201 0219 56", TermKind.CERT_PREFIX, "2201021956"),
        ("22010", TermKind.CERT_NO, "22010"),
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
