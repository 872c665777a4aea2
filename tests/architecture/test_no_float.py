"""Money is integer fen: no float in the program, and nobody writes a state but the one door."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The one place where a number must be a float: XlsxWriter writes numbers as doubles.
MAY_NAME_FLOAT = {
    "agency/tabular/values.py",
    "agency/tabular/write.py",
    "agency/tabular/read.py",
    "agency/sheets/as_xlsx.py",
    "agency/commanding.py",
    "agency/jobs/services.py",
    "agency/settings.py",
}


def sources() -> list[Path]:
    return [
        path
        for app in ("agency", "filings", "settlement")
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts
    ]


def test_no_float_stands_in_the_program() -> None:
    found = []
    for path in sources():
        name = str(path.relative_to(ROOT))
        if name in MAY_NAME_FLOAT:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                found.append(f"{name}:{node.lineno} {node.value}")
            if isinstance(node, ast.Name) and node.id == "float":
                found.append(f"{name}:{node.lineno} float")

    assert found == []


def test_no_money_column_is_decimal_or_float() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in sources()
        if re.search(r"models\.(Decimal|Float)Field", path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_nobody_writes_a_state_but_the_one_door() -> None:
    found = []
    for path in sources():
        if str(path.relative_to(ROOT)) == "agency/journal/workflow.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else []
            found += [
                f"{path.relative_to(ROOT)}:{node.lineno}"
                for target in targets
                if isinstance(target, ast.Attribute) and target.attr == "state"
            ]
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "update"
            ):
                found += [
                    f"{path.relative_to(ROOT)}:{node.lineno}"
                    for keyword in node.keywords
                    if keyword.arg == "state"
                ]

    assert found == []
