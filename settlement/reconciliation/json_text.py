"""JSON 原文: JSON that is kept as text: keys in order, no blanks, nothing escaped that need not be. The
digest of a run over details covers this very text. Nobody asks the database for a part of it."""

from __future__ import annotations

import json
from typing import Any

from django.db import models

# The order in which a case's columns are kept: rows that are never written anew depend on it, so that a new
# column is only ever appended, whatever the order of records/columns.py.
CASE_COLUMNS = (
    "结算编号", "证件类型", "证件号码", "姓名", "险种", "参保地区划", "就医地区划", "定点医药机构编号",
    "医疗类别", "结算时间", "医疗费总额", "全自费", "超限价自费", "先行自付", "符合政策范围",
    "基金支付总额", "实际起付线", "统筹基金", "居民大病保险", "职工大额补助", "公务员补助", "企业补充",
    "医疗救助", "其他基金", "个人账户", "个人现金", "医院负担", "人员编号", "定点医药机构名称", "入院日期",
    "出院日期", "退费标志", "原结算编号", "病案号", "诊断",
)  # fmt: skip

_OF_CASES = frozenset(CASE_COLUMNS)
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
    """One side of a difference, {column: text}. Where all columns are those of cases the text is a list in
    the order of CASE_COLUMNS, null for a column that the side has not: differences are written in great
    numbers, and the names would be most of it. Anything else, and what was written earlier, is an object."""

    def from_db_value(self, text: str | None, *_: Any) -> Any:
        value = super().from_db_value(text)
        if not isinstance(value, list):
            return value
        return {name: cell for name, cell in zip(CASE_COLUMNS, value, strict=False) if cell is not None}

    def get_prep_value(self, value: Any) -> str | None:
        is_listed = isinstance(value, dict) and value and value.keys() <= _OF_CASES
        return super().get_prep_value([value.get(name) for name in CASE_COLUMNS] if is_listed else value)
