"""一边成文: one side of a difference as it is kept (SideText of a case), made by the database.

The text is JSON as `json_text` writes it, letter by letter: no blanks. A cell that says nothing is "", an
amount has two places and is 0.00 where theirs was left blank.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from agency.policy.insurance import InsuranceType
from settlement.reconciliation.dialect import json_string, local
from settlement.reconciliation.fields import BY_NAME, FIELDS, Field, FieldKind
from settlement.reconciliation.json_text import CASE_COLUMNS, json_text
from settlement.records import columns as c

_INSURANCE = "CASE o.insurance_type {} END".format(
    " ".join(f"WHEN '{kind.value}' THEN '{kind.label}'" for kind in InsuranceType)
)
_OF_OURS = {
    c.INSTITUTION: "i.code",
    c.INSTITUTION_NAME: "i.name",
    c.INSURANCE_TYPE: _INSURANCE,
    c.REVERSAL_FLAG: "CASE WHEN o.is_reversal THEN '1' ELSE '0' END",
    c.ADMITTED: "CAST(o.admitted_on AS text)",
    c.DISCHARGED: "CAST(o.discharged_on AS text)",
}


def our_text() -> str:
    """Ours: `o` is the record, `i` its institution."""
    told = {**_OF_OURS, c.SETTLED_AT: local("o.settled_at")}
    return _list(FIELDS, lambda field: told.get(field.index, f"o.{field.column}"))


def their_text(fields: Collection[Field]) -> str:
    """Theirs: `t` is the row, `fields` what their file has."""
    return _list(fields, lambda field: field.of_theirs)


def _list(said: Collection[Field], cell: Callable[[Field], str]) -> str:
    parts, opening = [], "["
    for field in map(BY_NAME.__getitem__, CASE_COLUMNS):
        parts += [f"'{opening}'", _string(field, cell(field)) if field in said else "'null'"]
        opening = ","
    return _joined([*parts, "']'"])


def _joined(parts: Sequence[str]) -> str:
    """Texts one after another: halves of halves, so that no long text is copied for each short one."""
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    return f"({_joined(parts[:middle])} || {_joined(parts[middle:])})"


def _string(field: Field, cell: str) -> str:
    if field.kind is FieldKind.FEN:
        return f"coalesce('\"' || {yuan_text(cell)} || '\"', '\"\"')"
    return json_string(f"coalesce({cell}, '')")


def yuan_text(fen: str) -> str:
    """An amount as `money.plain_yuan` writes it."""
    sign = f"CASE WHEN {fen} < 0 THEN '-' ELSE '' END"
    digits = f"(abs({fen}) / 100) || '.' || (abs({fen}) / 10 %% 10) || (abs({fen}) %% 10)"
    return f"(CASE WHEN {fen} = 0 THEN '0.00' ELSE {sign} || {digits} END)"  # most of them are nothing


def list_text(names: Iterable[tuple[str, str]]) -> str:
    """A JSON list of those names of which the condition holds: (condition, name) in their order."""
    members = " || ".join(f"CASE WHEN {when} THEN ',{json_text(name)}' ELSE '' END" for when, name in names)
    return f"'[' || substr({members or chr(39) * 2}, 2) || ']'"
