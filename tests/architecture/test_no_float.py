"""Money is integer fen: no float in the program, and nobody writes a state but the one door."""

import ast
import re

from tests.support.sources import name_of, nodes, sources

# Where a number must be a float and is no money: XLSX has only doubles, clocks tell seconds.
MAY_NAME_FLOAT = {
    "agency/tabular/values.py",
    "agency/tabular/write.py",
    "agency/tabular/read.py",
    "agency/sheets/as_xlsx.py",
    "agency/commanding.py",
    "agency/jobs/services.py",
    "agency/settings.py",
    "filings/scans/intake.py",
}


def test_no_float_stands_in_the_program() -> None:
    found = []
    for path in sources():
        name = name_of(path)
        if name in MAY_NAME_FLOAT:
            continue
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                found.append(f"{name}:{node.lineno} {node.value}")
            if isinstance(node, ast.Name) and node.id == "float":
                found.append(f"{name}:{node.lineno} float")

    assert found == []


def test_no_money_column_is_decimal_or_float() -> None:
    found = [
        name_of(path)
        for path in sources()
        if re.search(r"models\.(Decimal|Float)Field", path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_nobody_writes_a_state_but_the_one_door() -> None:
    found = []
    for path in sources():
        if name_of(path) == "agency/journal/workflow.py":
            continue
        for node in nodes(path):
            targets = node.targets if isinstance(node, ast.Assign) else []
            found += [
                f"{name_of(path)}:{node.lineno}"
                for target in targets
                if isinstance(target, ast.Attribute) and target.attr == "state"
            ]
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "update"
            ):
                found += [
                    f"{name_of(path)}:{node.lineno}" for keyword in node.keywords if keyword.arg == "state"
                ]

    assert found == []
