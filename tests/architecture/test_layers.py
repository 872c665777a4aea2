"""agency ← filings ← settlement: no import goes the other way, and within a slice order holds."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RANK = {"agency": 0, "filings": 1, "settlement": 2}
PURE = {"rules.py", "states.py", "kinds.py"}
FORBIDDEN_IN_PURE = ("django.db.models.query", "django.http", "django.utils.timezone", "django.shortcuts")


def modules() -> list[Path]:
    return [path for app in RANK for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_an_app_imports_only_downward(path: Path) -> None:
    app = path.relative_to(ROOT).parts[0]

    upward = {name for name in imported(path) if RANK.get(name.split(".")[0], -1) > RANK[app]}

    assert upward == set()


@pytest.mark.parametrize(
    "path",
    [path for path in modules() if path.name in {"services.py", "selectors.py", "rules.py", "models.py"}],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_what_decides_knows_nothing_of_requests(path: Path) -> None:
    upward = {
        name for name in imported(path) if name.startswith(("django.http", "django.shortcuts", "agency.web."))
    }

    assert upward <= {"agency.web.parts"}


@pytest.mark.parametrize(
    "path",
    [path for path in modules() if path.name == "rules.py"],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_rules_are_pure(path: Path) -> None:
    """No ORM queries, no clock: only names of choices may come from Django."""
    source = path.read_text(encoding="utf-8")

    assert ".objects" not in source
    assert "timezone.now" not in source
    assert "today()" not in source
