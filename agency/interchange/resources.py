"""Resources of django-import-export: which tables the pages of an admin offer."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from import_export.fields import Field
from import_export.resources import Resource

from agency.interchange.exchange import Exchange
from agency.interchange.formats import TableDataset


class TableResource(Resource):
    """One table; what comes in is judged by `import_preview` and `import_confirm`, never by the library."""

    exchange: ClassVar[Exchange]

    @classmethod
    def get_display_name(cls) -> str:
        return cls.exchange.title

    def get_user_visible_fields(self) -> list[Field]:
        return [Field(column_name=column.title) for column in self.exchange.columns]

    def export(self, queryset: QuerySet[Any] | None = None, **kwargs: Any) -> TableDataset:
        """The rows of the list; of an inline, those that belong to the rows of the list."""
        exchange = self.exchange
        rows: Any = exchange.model._default_manager.all() if queryset is None else queryset
        if exchange.parent and queryset is not None:
            pages = queryset.order_by().values("pk")
            rows = exchange.model._default_manager.filter(**{f"{exchange.parent}__in": pages})
        referred = [column.name for column in exchange.columns if column.target is not None]
        dataset = TableDataset.of(exchange)
        for row in rows.select_related(*referred) if referred else rows:
            dataset.append([column.written(row) for column in exchange.columns])
        return dataset


def resource_of(exchange: Exchange) -> type[TableResource]:
    """The resource of an exchange."""
    return type(f"{exchange.model.__name__}Resource", (TableResource,), {"exchange": exchange})
