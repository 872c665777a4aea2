"""The clearing's commands from the first to the signature."""

from __future__ import annotations

import io
import json
from typing import Any

from django.core.management import call_command

from settlement.clearing.models import ClearingPeriod


def run(*arguments: str) -> Any:
    """The one JSON object that the command prints."""
    out = io.StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_clear_period_tells_what_it_added_up(loaded: None) -> None:
    assert run("clear_period", "202610") == {
        "cases": 8,
        "lines": 6,
        "receivable": "2645.00",
        "payable": "2645.00",
    }
    assert run("clear_period", "202610")["cases"] == 8


def test_the_whole_month_by_commands(loaded: None) -> None:
    run("clear_period", "202610")

    assert run("confirm_period", "202610", "--region", "长春") == {"confirmed": 1}
    assert run("confirm_period", "202610") == {"confirmed": 11}
    assert run("confirm_period", "202610") == {"confirmed": 0}
    signed = run("sign_period", "202610")
    assert signed == {"digest": ClearingPeriod.objects.get().digest}
    assert run("sign_period", "202610") == signed
    assert run("check_books", "--period", "202610")["broken"] == []
