"""What of a number may be seen."""

import pytest

from agency.masking import mask_id, mask_phone


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("220102199001011234", "2201**********1234"),
        ("11010519491231002X", "1101**********002X"),
        ("H12345678901", "H123****8901"),
        ("E12345678", "*******78"),
        ("12345", "***45"),
        ("1234", "****"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_an_id_shows_its_ends_and_a_short_one_only_two_digits(number: str, shown: str) -> None:
    assert mask_id(number) == shown
    assert len(mask_id(number)) == len(number)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812342716", "138****2716"),
        ("043188886666", "043*****6666"),
        ("88886666", "******66"),
        ("110", "***"),
        ("", ""),
    ],
)
def test_a_phone_shows_its_ends_and_a_short_one_only_two_digits(number: str, shown: str) -> None:
    assert mask_phone(number) == shown
