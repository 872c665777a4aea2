"""Digest, verification code and QR: what a paper is checked by."""

from dataclasses import replace

import pytest

from agency.sheets.digest import digest, qr_svg, read_code, short, verification_code
from agency.sheets.filled import Row
from tests.agency.sheets.examples import SIGNED_AT, URL, WORKED_10, worked_10


def test_the_digest_is_of_what_the_sheet_says() -> None:
    data = worked_10()

    assert digest(data) == "824216600eb84f3e827c4dfa60b19427aa867ea0ea0e5c4bcc8ba2e712fd7d95"
    assert short(digest(data)) == "8242 1660 0eb8"


def test_links_dates_and_codes_do_not_change_the_digest() -> None:
    bare = tuple(Row(row.key, row.values) for row in WORKED_10)
    other = worked_10(
        rows=bare, as_of=SIGNED_AT.replace(year=2027), code=None, verify_url=None, prepared_on=None, names={}
    )

    assert digest(other) == digest(worked_10())


@pytest.mark.parametrize(
    "change",
    [
        {"period": "202611"},
        {"organisation": "长春市医疗保险服务中心"},
        {"region": "吉林市"},
        {"rows": WORKED_10[:3]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_anything_the_sheet_says_changes_the_digest(change: dict) -> None:
    assert digest(worked_10(**change)) != digest(worked_10())


def test_one_fen_changes_the_digest() -> None:
    first = WORKED_10[0]
    dearer = replace(first, values={**first.values, "due": 62772})

    assert digest(worked_10(rows=(dearer, *WORKED_10[1:]))) != digest(worked_10())


def test_a_code_is_twelve_letters_that_cannot_be_misread() -> None:
    assert verification_code(bytes(8)) == "0000-0000-0000"
    assert verification_code(bytes.fromhex("ffffffffffffffff")) == "ZZZZ-ZZZZ-ZZZZ"
    assert verification_code(bytes.fromhex("7f3a91c2e04b55aa0102")) == "FWX9-3GQ0-9DAT"


def test_too_few_bytes_make_no_code() -> None:
    with pytest.raises(ValueError, match="needs 8 bytes, not 7"):
        verification_code(bytes(7))


@pytest.mark.parametrize(
    "typed", ["7F3A-91C2-E04B", "7f3a91c2e04b", " 7f3a 9lc2 eo4b ", "７Ｆ３Ａ－91C2－E04B", "7F3A-9IC2-EO4B"]
)
def test_a_code_typed_from_paper_is_understood(typed: str) -> None:
    assert read_code(typed) == "7F3A-91C2-E04B"


@pytest.mark.parametrize(
    "typed", ["", "7F3A-91C2-E04", "7F3A-91C2-E04U", "7F3A-91C2-E04B-1", "验证码七三一二零四"]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


def test_the_qr_code_is_an_inline_drawing() -> None:
    svg = qr_svg(URL)

    assert svg.startswith('<svg viewBox="0 0 37 37" class="qr"><path ')
    assert "style=" not in svg
    assert svg == qr_svg(URL)
