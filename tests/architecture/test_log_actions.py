"""Every action that the program records has a Chinese label for the log page."""

import ast
from pathlib import Path

from agency.journal.actions import action_label

ROOT = Path(__file__).parents[2]


def constants(tree: ast.Module) -> dict[str, str]:
    """Module constants that hold a text."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }


def recorded_actions() -> set[str]:
    found = set()
    for app in ("agency", "filings", "settlement"):
        for path in (ROOT / app).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = constants(tree)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record" and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant):
                        found.add(first.value)
                    elif isinstance(first, ast.Name) and first.id in names:
                        found.add(names[first.id])
    return found


def test_every_recorded_action_has_a_label() -> None:
    actions = recorded_actions()

    assert len(actions) >= 12
    assert sorted(action for action in actions if action_label(action) == action) == []
