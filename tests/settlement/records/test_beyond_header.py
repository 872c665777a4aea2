"""Cells to the right of the last named column: never cut in silence, in any kind of import."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from settlement.records.models import SettlementRecord
from tests.settlement.records.files import csv_bytes, row

Run = Callable[..., Any]
pytestmark = pytest.mark.django_db


def longer(rows: list[dict[str, Any]], *lines: int, more: str = ",多出的话") -> bytes:
    """The rows as a file, of which these lines (the header is 1) have cells more than the header."""
    text = csv_bytes(rows).decode("utf-8-sig").splitlines()
    return "\n".join(line + (more if number in lines else "") for number, line in enumerate(text, 1)).encode()


def imported(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    out = StringIO()
    call_command("import_settlements", str(path), stdout=out)
    return out.getvalue()


def test_the_lines_are_told_and_the_rows_judged_by_their_named_columns(tmp_path: Path) -> None:
    told = imported(tmp_path / "a.csv", longer([row("A"), row("B"), row("C")], 2, 4))

    assert "有 2 行比表头的 32 列多出内容（第 2、4 行），多出的格没有读" in told
    assert SettlementRecord.objects.count() == 3


def test_delimiters_without_anything_behind_them_are_nothing(tmp_path: Path) -> None:
    told = imported(tmp_path / "a.csv", longer([row("A")], 2, more=",,  ,"))

    assert "多出内容" not in told


def test_of_many_lines_the_first_are_named(tmp_path: Path) -> None:
    rows = [row(f"N{number}") for number in range(8)]

    told = imported(tmp_path / "a.csv", longer(rows, *range(2, 10)))

    assert "有 8 行比表头的 32 列多出内容（第 2、3、4、5、6 行等）" in told
