"""Every action that the program records has a Chinese label for the log page."""

import ast

from agency.journal.actions import action_label
from tests.support.sources import nodes, parsed, sources


def constants(tree: ast.Module) -> dict[str, str]:
    """Module constants that hold a text."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }


def records_in_the_log(node: ast.AST) -> bool:
    """Whether this is a call of `audit.record` that names an action."""
    return (
        isinstance(node, ast.Call)
        and bool(node.args)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "record"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "audit"
    )


def recorded_actions() -> set[str]:
    found = set()
    for path in sources():
        names = constants(parsed(path))
        for node in filter(records_in_the_log, nodes(path)):
            first = node.args[0]  # type: ignore[attr-defined]
            if isinstance(first, ast.Constant):
                found.add(first.value)
            elif isinstance(first, ast.Name) and first.id in names:
                found.add(names[first.id])
    return found


def test_every_recorded_action_has_a_label() -> None:
    actions = recorded_actions()

    assert len(actions) >= 12
    assert sorted(action for action in actions if action_label(action) == action) == []
