"""Which lines need no reading: as strict as the reader of single cells, and quickly refused."""

from __future__ import annotations

import itertools
import re

import pytest

from settlement.reconciliation.lines import _PLAIN
from settlement.records import columns as c

AMOUNT = b"(?:" + _PLAIN[c.FIRST_AMOUNT] + b")"
STRICT = re.compile(rb"(?:-?[0-9]{1,12}\.[0-9][0-9])?")


def test_a_plain_amount_has_two_places_or_is_not_there() -> None:
    beside = re.compile(AMOUNT + b",")
    texts = (bytes(cell) for size in range(7) for cell in itertools.product(b"01.-", repeat=size))

    wrong = [text for text in texts if bool(beside.fullmatch(text + b",")) != bool(STRICT.fullmatch(text))]

    assert wrong == []


@pytest.mark.parametrize("cell", [b"0.00", b"12.30", b"-0.00", b""])
def test_a_line_that_is_not_plain_is_not_tried_in_all_ways(cell: bytes) -> None:
    """With two ways for each cell this would not end."""
    line = re.compile(b"(?:" + b",".join([AMOUNT] * 80) + b",x\n)*+")

    assert line.fullmatch((cell + b",") * 80 + b"x\n")
    assert not line.match((cell + b",") * 80 + b'"x"\n').group()  # type: ignore[union-attr]
