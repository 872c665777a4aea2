"""查对: the stored rows that a file speaks of, and what its codes refer to; few queries for a whole file."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from agency.interchange.columns import Column
from agency.interchange.exchange import Exchange
from agency.interchange.reading import FileRow


def _offered(admin: ModelAdmin, request: HttpRequest, exchange: Exchange, column: Column) -> QuerySet[Any]:
    """What the admin form offers this person; of an inline's parent, the pages that this person may open."""
    if column.name == exchange.parent:
        return admin.get_queryset(request)
    field: Any = admin.formfield_for_dbfield(column.field, request)
    rows: QuerySet[Any] = field.queryset
    return rows


class References:
    """What the codes of a file refer to, and how referred rows are shown.

    Tables that are referred to are short and read whole; of parents (institutions) only those of the file.
    """

    def __init__(
        self, admin: ModelAdmin, request: HttpRequest, exchange: Exchange, rows: list[FileRow]
    ) -> None:
        self.by_code: dict[str, dict[str, Any]] = {}
        self.names: dict[str, dict[Any, str]] = {}
        self.may_choose: dict[str, set[Any]] = {}
        for column in exchange.columns:
            if column.target is None:
                continue
            known, offered = column.target._default_manager.all(), _offered(admin, request, exchange, column)
            if column.name == exchange.parent:
                codes = {read.values.get(column.name) for read in rows} - {None}
                known, offered = known.filter(code__in=codes), offered.filter(code__in=codes)
            found = list(known)
            self.by_code[column.name] = {row.code: row.pk for row in found}
            self.names[column.name] = {row.pk: f"{row.code} {row}" for row in found}
            self.may_choose[column.name] = set(offered.values_list("pk", flat=True))

    def resolve(self, read: FileRow, column: Column) -> None:
        """Put the id in place of the code; refuse what is unknown, or belongs to another region."""
        code = read.values.get(column.name)
        if not code:
            return
        found = self.by_code[column.name].get(code)
        if found is None:
            told = (
                f"没有代码为“{code}”的{column.target._meta.verbose_name}，请核对；新的请先在后台管理里登记。"
            )
            read.refuse(told, column)
        elif found not in self.may_choose[column.name]:
            read.refuse(f"“{code}”不在您的统筹区，不能由您填写。", column)
        read.values[column.name] = found

    def of(self, column: Column) -> dict[Any, str]:
        return self.names.get(column.name, {})


def _among(name: str, values: set[Any]) -> Q:
    """Rows whose column is one of the values; nothing is one of them too, which SQL's IN never finds."""
    named = Q(**{f"{name}__in": values - {None}})
    return named | Q(**{f"{name}__isnull": True}) if None in values else named


class Stored:
    """The stored rows that a file names, with the others of their series."""

    def __init__(
        self,
        admin: ModelAdmin,
        request: HttpRequest,
        exchange: Exchange,
        keys: set[tuple[Any, ...]],
        *,
        lock: bool,
    ) -> None:
        manager = exchange.model._default_manager
        rows = manager.select_for_update() if lock else manager.all()
        found = rows.filter(_among(exchange.key[0], {key[0] for key in keys})).order_by("pk")
        self.rows: dict[tuple[Any, ...], Model] = {exchange.key_of(row): row for row in found}
        self.series: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for key in self.rows:
            self.series[exchange.series_of(key)].append(key)
        self.visible = self._visible(admin, request, exchange)

    def _visible(self, admin: ModelAdmin, request: HttpRequest, exchange: Exchange) -> set[Any]:
        """The rows that this person may open in the admin."""
        rows = self.rows.values()
        if exchange.parent:
            field = exchange.column(exchange.parent).field.attname
            of = {row.pk: getattr(row, field) for row in rows}
        else:
            of = {row.pk: row.pk for row in rows}
        open_to_them = admin.get_queryset(request).filter(pk__in=set(of.values()))
        pages = set(open_to_them.values_list("pk", flat=True))
        return {pk for pk, page in of.items() if page in pages}
