"""写入: a row goes through the form of its admin page, so that no rule has a second door.

Rows are written one by one, each with the queries of its form: what the form asks cannot be asked for many at
once without writing its rules again. The number of rows that may change in one file is limited for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.forms import BaseInlineFormSet, BaseModelForm, model_to_dict

from agency.interchange.exchange import Exchange
from agency.interchange.reading import FileRow
from agency.web.request import StaffRequest

if TYPE_CHECKING:
    from agency.interchange.admin import ReferenceAdmin


@dataclass
class Pending:
    """A row of the file that adds or changes something, and passed the reading."""

    read: FileRow
    stored: Model | None
    changed: list[str]


@dataclass
class Written:
    """A form that was saved, to be logged when all are."""

    form: Any
    formsets: list[Any] = field(default_factory=list)
    is_change: bool = True


class Writer:
    """Writes pending rows inside the caller's transaction; what a form refuses is told on its row."""

    def __init__(self, admin: ReferenceAdmin, request: StaffRequest, exchange: Exchange) -> None:
        self.admin, self.request, self.exchange = admin, request, exchange
        self.written: list[Written] = []
        self._forms: dict[bool, type[BaseModelForm]] = {}

    def write(self, rows: list[Pending]) -> None:
        if self.exchange.parent:
            self._write_inlines(rows)
        else:
            for row in rows:
                self._write_row(row)

    def _form_class(self, stored: Model | None) -> type[BaseModelForm]:
        """The form of the change page, or of the page that adds; built once each."""
        is_change = stored is not None
        if is_change not in self._forms:
            self._forms[is_change] = self.admin.get_form(self.request, stored, change=is_change)
        return self._forms[is_change]

    def _write_row(self, row: Pending) -> None:
        before = row.stored or self.exchange.model()
        data = {**model_to_dict(before), **self._given(row)}
        form = self._form_class(row.stored)(data, instance=row.stored)
        if form.is_valid():
            self._save(Written(form, is_change=row.stored is not None), [row])
        for name, messages in form.errors.items():
            self._tell(row, name, messages)

    def _given(self, row: Pending) -> dict[str, Any]:
        """What differs; the rest stays as it is stored, to the letter."""
        values = row.read.values
        return values if row.stored is None else {name: values[name] for name in row.changed}

    def _save(self, done: Written, rows: list[Pending]) -> None:
        try:
            with transaction.atomic():
                saved = self.admin.save_form(self.request, done.form, done.is_change)
                self.admin.save_model(self.request, saved, done.form, done.is_change)
                self.admin.save_rows(self.request, done.form, done.formsets, done.is_change)
        except IntegrityError:
            for row in rows:
                row.read.refuse("刚刚有人改过相关的记录，数据库没有接受这一行，请重新上传预览。")
        else:
            self.written.append(done)

    def _tell(self, row: Pending, name: str, messages: Any) -> None:
        known = {column.name: column for column in self.exchange.columns}
        for message in messages:
            told = next((text for mark, text in self.exchange.told.items() if mark in message), message)
            row.read.refuse(told, known.get(name))

    # Rows that live on the admin page of another row

    def _write_inlines(self, rows: list[Pending]) -> None:
        name = self.exchange.parent
        by_parent: dict[Any, list[Pending]] = {}
        for row in rows:
            by_parent.setdefault(row.read.values[name], []).append(row)
        parents = self.admin.get_queryset(self.request).in_bulk(by_parent)
        for pk, group in by_parent.items():
            self._write_group(parents[pk], group)

    def _write_group(self, parent: Model, rows: list[Pending]) -> None:
        """One page of the parent with its inline filled, as if somebody had typed it."""
        form = self._form_class(parent)(model_to_dict(parent), instance=parent)
        formset, of_forms = self._formset(parent, rows)
        if form.is_valid() and formset.is_valid():
            self._save(Written(form, [formset]), rows)
            return
        for message in self._page_errors(form, formset):
            self._tell(rows[0], "", [message])
        for child, row in zip(formset.forms, of_forms, strict=True):
            for field_name, messages in child.errors.items():
                self._tell(row or rows[0], field_name, messages)

    def _page_errors(self, form: BaseModelForm, formset: BaseInlineFormSet) -> Iterator[str]:
        yield from map(str, formset.non_form_errors())
        for name, messages in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            title = self.exchange.column(self.exchange.parent).title
            yield from (f"{title}本身有一处不合要求（{label}）：{message}" for message in messages)

    def _formset(self, parent: Model, rows: list[Pending]) -> tuple[BaseInlineFormSet, list[Pending | None]]:
        """The filled inline, and the row of the file behind each of its forms."""
        pairs: Any = self.admin.get_formsets_with_inlines(self.request, parent)
        formset_class, inline = next(
            (formset, inline) for formset, inline in pairs if inline.model is self.exchange.model
        )
        prefix = formset_class.get_default_prefix()
        queryset = inline.get_queryset(self.request)
        stored = list(queryset.filter(**{self.exchange.parent: parent}))
        changes = {row.stored.pk: row for row in rows if row.stored is not None}
        filled: list[tuple[Model, Pending | None]] = [(one, changes.get(one.pk)) for one in stored]
        filled += [(self.exchange.model(), row) for row in rows if row.stored is None]
        data = {f"{prefix}-TOTAL_FORMS": len(filled), f"{prefix}-INITIAL_FORMS": len(stored)}
        for number, (one, row) in enumerate(filled):
            values = {**model_to_dict(one), **(self._given(row) if row else {})}
            values |= {"id": one.pk or "", self.exchange.parent: parent.pk}
            data |= {f"{prefix}-{number}-{name}": value for name, value in values.items()}
        formset = formset_class(data, instance=parent, prefix=prefix, queryset=queryset)
        return formset, [row for _, row in filled]
