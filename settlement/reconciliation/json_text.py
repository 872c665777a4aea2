"""JSON 原文: JSON that is kept as text: keys in order, no blanks, nothing escaped that need not be. The
digest of a run over details covers this very text. Nobody asks the database for a part of it."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

from settlement.records.columns import NAMES

_write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def json_text(value: Any) -> str:
    """The text of a value."""
    return _write(value)


class JsonText(models.TextField):
    """A list or an object as JSON in a text column."""

    description = "JSON 原文"
    _pyi_private_set_type: Any  # for the type checker: no str
    _pyi_private_get_type: Any

    def from_db_value(self, text: str | None, *_: Any) -> Any:
        return None if text is None else json.loads(text)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else json_text(value)

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    def value_to_string(self, obj: models.Model) -> str:
        return json_text(self.value_from_object(obj))

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name in ("exact", "in", "isnull") else None


class SideText(JsonText):
    """One side of a difference, {column: text}. Of a case the text is a list in the order of our columns,
    null where the side has no such column: differences are written in great numbers, and the names would be
    most of it. Of anything else, and of cases that were written earlier, it is an object."""

    def from_db_value(self, text: str | None, *_: Any) -> Any:
        value = super().from_db_value(text)
        if not isinstance(value, list):
            return value
        return {name: cell for name, cell in zip(NAMES, value, strict=True) if cell is not None}

    def get_prep_value(self, value: Any) -> str | None:
        is_case = bool(value) and value.keys() <= set(NAMES)
        return super().get_prep_value([value.get(name) for name in NAMES] if is_case else value)
