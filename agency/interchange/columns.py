"""列: how one field of reference data is written into a file, read back and shown."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.db import models

from agency.tabular.values import Cell, to_date, to_text
from agency.tabular.write import Kind, Value

YES_WORDS = {"是": True, "true": True, "1": True, "否": False, "false": False, "0": False}
WHOLE = re.compile(r"-?[0-9]{1,9}")
NOTHING = "（空）"


@dataclass(frozen=True)
class Column:
    """A field as a column. A reference to another table is written as that row's code."""

    field: models.Field
    is_key: bool

    @property
    def name(self) -> str:
        return self.field.name

    @property
    def title(self) -> str:
        return str(self.field.verbose_name)

    @property
    def names(self) -> tuple[str, str]:
        """Both spellings that a header may use."""
        return self.title, self.name

    @property
    def target(self) -> Any:
        """The model that a reference leads to, else None."""
        return self.field.related_model if isinstance(self.field, models.ForeignKey) else None

    @property
    def labels(self) -> dict[str, str]:
        """Label by stored value, where the field is a choice."""
        return {str(value): str(label) for value, label in self.field.choices or () if value != ""}

    @property
    def kind(self) -> Kind:
        if isinstance(self.field, models.DateField):
            return "date"
        return "int" if isinstance(self.field, models.IntegerField) else "text"

    @property
    def how(self) -> str:
        """How to write it, for the page."""
        if self.target is not None:
            return f"{self.target._meta.verbose_name}的代码"
        if isinstance(self.field, models.BooleanField):
            return "是 或 否"
        if self.labels:
            return "、".join(self.labels.values())
        kinds: dict[Kind, str] = {"date": "日期，如 2026-12-01", "int": "整数"}
        return kinds.get(self.kind, f"文字，最多 {self.field.max_length} 字")

    def stored(self, row: models.Model) -> Any:
        """The stored value: of a reference the id, of a text what a file would give back for it."""
        value = getattr(row, self.field.attname)
        return to_text(value) if isinstance(value, str) else value

    def written(self, row: models.Model) -> Value:
        """The cell of a stored row."""
        if self.target is not None:
            referred = getattr(row, self.name)
            return None if referred is None else str(referred.code)
        value = getattr(row, self.name)
        if isinstance(value, bool):
            return "是" if value else "否"
        return self.labels.get(value, value)

    def read(self, cell: Cell) -> Any:
        """The cell's value; of a reference the code, or None. ValueError says what to write."""
        text = to_text(cell)
        if isinstance(self.field, models.BooleanField):
            return self._yes_or_no(text)
        if self.target is not None or not text:
            return text if text or self._keeps_empty_text else None
        if self.kind == "date":
            return to_date(cell)
        if self.kind == "int":
            if not WHOLE.fullmatch(text):
                raise ValueError(f"“{text}”不是整数，请只写数字。")
            return int(text)
        return self._choice(text) if self.labels else text

    @property
    def _keeps_empty_text(self) -> bool:
        return self.target is None and self.kind == "text"

    def _yes_or_no(self, text: str) -> bool:
        known = YES_WORDS.get(text.lower())
        if known is None:
            raise ValueError(f"“{text}”读不懂，请写 是 或 否。" if text else "不能空着，请写 是 或 否。")
        return known

    def _choice(self, text: str) -> str:
        for value, label in self.labels.items():
            if text in (value, label):
                return value
        raise ValueError(f"没有“{text}”这一项，可填：{'、'.join(self.labels.values())}。")

    def shown(self, value: Any, names: dict[Any, str]) -> str:
        """A value for the preview; `names` gives referred rows by id."""
        if value is None or value == "":
            return NOTHING
        if isinstance(value, bool):
            return "是" if value else "否"
        if self.target is not None:
            return names.get(value, str(value))
        if isinstance(value, dt.date):
            return value.isoformat()
        return self.labels.get(str(value), str(value))
