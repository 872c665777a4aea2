"""判定: each row of a file beside what is stored, new, changed, same or refused; preview and confirmation."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from agency.errors import DomainError
from agency.interchange import rules
from agency.interchange.columns import Column
from agency.interchange.exchange import Exchange
from agency.interchange.in_use import FREE
from agency.interchange.locks import lock_table
from agency.interchange.lookup import References, Stored
from agency.interchange.outcome import Change, Judged, Outcome, Verdict, as_facts, stored_text
from agency.interchange.reading import FileContent, FileRow, read_file
from agency.interchange.writing import Pending, Writer, Written
from agency.journal import audit
from agency.web.request import StaffRequest

if TYPE_CHECKING:
    from agency.interchange.admin import ReferenceAdmin

IMPORTED = "reference_imported"


def file_digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def import_preview(
    admin: ReferenceAdmin, request: StaffRequest, exchange: Exchange, *, content: bytes, file_name: str
) -> Outcome:
    """What the file would do: it is done and taken back. DomainError when it cannot be taken at all."""
    read = read_file(content, file_name, exchange)
    with transaction.atomic():
        lock_table(exchange)
        outcome = _Judging(admin, request, exchange, read, lock=False).outcome(file_digest(content))
        transaction.set_rollback(True)
    return outcome


def import_confirm(
    admin: ReferenceAdmin,
    request: StaffRequest,
    exchange: Exchange,
    *,
    content: bytes,
    file_name: str,
    seen: str,
) -> Outcome:
    """Write what was previewed (`seen` is that preview's digest), all of it; else nothing and a new preview.

    The outcome's `applied` tells which.
    """
    read = read_file(content, file_name, exchange)
    with transaction.atomic():
        lock_table(exchange)
        judging = _Judging(admin, request, exchange, read, lock=True)
        outcome = judging.outcome(file_digest(content))
        if outcome.may_be_confirmed and outcome.digest() == seen:
            _log(admin, request, exchange, outcome, judging.writer.written)
            outcome.applied = True
        else:
            transaction.set_rollback(True)
    if outcome.applied:
        return outcome
    return import_preview(admin, request, exchange, content=content, file_name=file_name)


def _log(
    admin: ReferenceAdmin, request: StaffRequest, exchange: Exchange, outcome: Outcome, written: list[Written]
) -> None:
    """Each row as its form would log it, then the import itself; last in the transaction."""
    for is_change, action in ((False, audit.REFERENCE_ADDED), (True, audit.REFERENCE_CHANGED)):
        done = [one for one in written if one.is_change == is_change]
        for one in done:
            message = admin.construct_change_message(request, one.form, one.formsets, add=not is_change)
            (admin.log_change if is_change else admin.log_addition)(request, one.form.instance, message)
        subjects = [admin.logged(request, one.form, one.formsets) for one in done]
        audit.record_many(action, by=request.user, at=request.now, subjects=subjects)
    audit.record(
        IMPORTED,
        by=request.user,
        at=request.now,
        subject_kind=audit.subject_kind(exchange.model()),
        region=request.user.region,
        **as_facts(outcome),
    )


class _Judging:
    """One file, judged from the first line to the last; rows that pass are written on the way."""

    def __init__(
        self,
        admin: ReferenceAdmin,
        request: StaffRequest,
        exchange: Exchange,
        content: FileContent,
        *,
        lock: bool,
    ) -> None:
        self.admin, self.request, self.exchange, self.content = admin, request, exchange, content
        self.today: dt.date = request.today
        self.writer = Writer(admin, request, exchange)
        self.references = References(admin, request, exchange, content.rows)
        for read in content.rows:
            self._complete(read)
        keys = {self._key(read) for read in content.rows if not read.problems}
        self.stored = Stored(admin, request, exchange, keys, lock=lock)

    def outcome(self, digest: str) -> Outcome:
        judged = self._judged()
        pending = self._pending(judged)
        self._refuse_clashes(pending)
        passed = [row for row in pending if not row.read.problems]
        if len(passed) > settings.ADMIN_IMPORT_MAX_CHANGES:
            raise DomainError(
                "too_many_changes",
                f"这个文件要增改 {len(passed):,} 行，一次最多 {settings.ADMIN_IMPORT_MAX_CHANGES:,} 行："
                "请分几个文件导入。",
            )
        self.writer.write(passed)
        for read, row in zip(self.content.rows, judged, strict=True):
            if read.problems:
                row.verdict, row.problems = Verdict.REFUSED, read.problems
        return Outcome(self.content.encoding, self.content.ignored, judged, digest)

    # Reading on: references and keys

    def _complete(self, read: FileRow) -> None:
        for column in self.content.columns:
            if column.target is not None:
                self.references.resolve(read, column)
        for column in self.exchange.columns:
            empty = read.values.get(column.name) in (None, "")
            if column.is_key and empty and not column.field.blank and not self._told(read, column):
                read.refuse("不能空着，这一列用来认出是哪一条。", column)

    def _told(self, read: FileRow, column: Column) -> bool:
        return any(problem.column == column.title for problem in read.problems)

    def _key(self, read: FileRow) -> tuple[Any, ...]:
        return tuple(read.values[name] for name in self.exchange.key)

    # Beside what is stored

    def _judged(self) -> list[Judged]:
        seen: dict[tuple[Any, ...], int] = {}
        rows = []
        for read in self.content.rows:
            if read.problems:
                rows.append(Judged(read.line_no, Verdict.REFUSED, self._name(read)))
                continue
            key = self._key(read)
            if key in seen:
                read.refuse(f"与第 {seen[key]} 行是同一条，请只留一行。")
            seen.setdefault(key, read.line_no)
            rows.append(self._beside(read, key))
        return rows

    def _name(self, read: FileRow) -> str:
        shown = []
        for name in self.exchange.key:
            column, value = self.exchange.column(name), read.values.get(name)
            if value not in (None, ""):
                shown.append(column.shown(value, self.references.of(column)))
        return " · ".join(shown)

    def _beside(self, read: FileRow, key: tuple[Any, ...]) -> Judged:
        row = self.stored.rows.get(key)
        name = self._name(read)
        if row is None:
            changes = [self._change(column, None, read) for column in self.content.columns]
            if not self.admin.has_add_permission(self.request):
                read.refuse("没有这一条，您也没有新增的权限；请核对，或请省级主管办理。")
            self._refuse_late(read, key)
            return Judged(read.line_no, Verdict.NEW, name, [change for change in changes if change.new])
        if row.pk not in self.stored.visible:
            read.refuse("这一条不在您的统筹区，不能由您导入。")
            return Judged(read.line_no, Verdict.REFUSED, name)
        changed = [column for column in self.content.columns if self._differs(column, row, read)]
        if changed and not self.admin.has_change_permission(self.request):
            read.refuse("您没有修改的权限，请省级主管办理。")
        self._refuse_rewriting(read, row, changed)
        changes = [self._change(column, row, read) for column in changed]
        verdict = Verdict.CHANGED if changed else Verdict.SAME
        return Judged(read.line_no, verdict, name, changes, stored=stored_text(row))

    def _differs(self, column: Column, row: Any, read: FileRow) -> bool:
        return bool(column.stored(row) != read.values[column.name])

    def _change(self, column: Column, row: Any, read: FileRow) -> Change:
        names = self.references.of(column)
        value = read.values[column.name]
        if row is None:
            return Change(column.title, "", "" if value in (None, "") else column.shown(value, names))
        return Change(column.title, column.shown(column.stored(row), names), column.shown(value, names))

    # Dated rows

    def _refuse_rewriting(self, read: FileRow, row: Any, changed: list[Column]) -> None:
        if not self.exchange.day:
            return
        begins = getattr(row, self.exchange.day)
        for name in rules.rewritten(begins, self.today, [column.name for column in changed], FREE):
            column = self.exchange.column(name)
            if self.exchange.has_series:
                read.refuse(rules.how_to_change(begins, self.today), column)
            else:
                read.refuse(f"{begins} 已经到了，不能改写。{rules.LAST_RESORT}。", column)
        ends = [column for column in changed if column.name == "valid_to"]
        if ends and begins <= self.today:
            after = read.values["valid_to"]
            if rules.ends_in_the_past(row.valid_to, after, self.today):
                told = f"会改变今天以前的有效日期：失效日期最早填 {self.today - rules.ONE_DAY}。"
                read.refuse(f"{told}{rules.LAST_RESORT}。", ends[0])

    def _refuse_late(self, read: FileRow, key: tuple[Any, ...]) -> None:
        """A new row beside others of its series, or in place of the common one, begins today or later."""
        if not self.exchange.has_series:
            return
        beside = (key, self.exchange.common_key(key))
        has_rows = any(self.stored.series.get(self.exchange.series_of(one)) for one in beside)
        if has_rows and read.values["valid_from"] < self.today:
            told = f"同一项已有别的日期或全省的行，新的一行最早从今天（{self.today}）起。"
            read.refuse(f"{told}补录过去的，请在后台管理逐条办理。", self.exchange.column("valid_from"))

    def _pending(self, judged: list[Judged]) -> list[Pending]:
        titles = {column.title: column.name for column in self.exchange.columns}
        return [
            Pending(
                read, self.stored.rows.get(self._key(read)), [titles[change.column] for change in row.changes]
            )
            for read, row in zip(self.content.rows, judged, strict=True)
            if not read.problems and row.verdict in (Verdict.NEW, Verdict.CHANGED)
        ]

    def _refuse_clashes(self, pending: list[Pending]) -> None:
        """After the import, no row that it touches shares a day with another of its series."""
        if not self.exchange.has_series:
            return
        touched: dict[tuple[Any, ...], dict[tuple[Any, ...], FileRow]] = {}
        for row in pending:
            if row.stored is None or "valid_to" in row.changed:
                key = self._key(row.read)
                touched.setdefault(self.exchange.series_of(key), {})[key] = row.read
        for series, rows in touched.items():
            spans = [self._span(key, rows) for key in {*self.stored.series.get(series, ()), *rows}]
            if pair := rules.clash(spans):
                self._tell_clash(*pair, {read.line_no: read for read in rows.values()})

    def _span(self, key: tuple[Any, ...], rows: dict[tuple[Any, ...], FileRow]) -> rules.Span:
        begins = key[self.exchange.key.index("valid_from")]
        read, stored = rows.get(key), self.stored.rows.get(key)
        if read is None or "valid_to" not in read.values:
            ends = getattr(stored, "valid_to", None)
        else:
            ends = read.values["valid_to"]
        return rules.Span(begins, ends, read.line_no if read else None)

    def _tell_clash(self, one: rules.Span, other: rules.Span, rows: dict[int, FileRow]) -> None:
        read = rows[other.line_no or one.line_no or 0]
        told = (
            f"从 {one.begins} 起的一行还在有效，与从 {other.begins} 起的一行日期重叠："
            f"请在同一个文件里把前一行的失效日期填为 {other.begins - rules.ONE_DAY}。"
        )
        read.refuse(told, self.exchange.column("valid_from"))
