"""agency ← filings ← settlement: no import goes the other way, and within a slice order holds."""

import ast
from functools import cache
from pathlib import Path

from tests.support.sources import name_of, nodes, sources

RANK = {"agency": 0, "filings": 1, "settlement": 2}


@cache
def imported(path: Path) -> set[str]:
    names = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def test_an_app_imports_only_downward() -> None:
    upward = [
        f"{name_of(path)} imports {name}"
        for path in sources()
        for name in sorted(imported(path))
        if RANK.get(name.split(".")[0], -1) > RANK[name_of(path).split("/")[0]]
    ]

    assert upward == []


def test_what_decides_knows_nothing_of_requests() -> None:
    deciding = [
        path
        for path in sources()
        if {path.stem, path.parent.name} & {"services", "selectors", "rules", "models"}
    ]

    of_requests = [
        f"{name_of(path)} imports {name}"
        for path in deciding
        for name in sorted(imported(path) - {"agency.web.parts"})
        if name.startswith(("django.http", "django.shortcuts", "agency.web."))
    ]

    assert len(deciding) > 30
    assert of_requests == []


def test_rules_are_pure() -> None:
    """No ORM queries, no clock: only names of choices may come from Django."""
    rules = [path for path in sources() if path.name == "rules.py"]

    impure = [
        f"{name_of(path)} says {word}"
        for path in rules
        for word in (".objects", "timezone.now", "today()")
        if word in path.read_text(encoding="utf-8")
    ]

    assert len(rules) >= 5
    assert impure == []


def test_what_is_held_knows_nothing_of_the_clearing() -> None:
    upward = [
        f"{name_of(path)} imports {name}"
        for path in sources()
        for name in sorted(imported(path))
        if name_of(path).startswith("settlement/holding/") and name.startswith("settlement.clearing")
    ]

    assert upward == []
