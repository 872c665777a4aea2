"""Pages of details, totals and bank statements: the file first, then which of its columns are which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from agency.batches.models import KeptFile
from agency.batches.services import file_keep, kept_path
from agency.errors import DomainError
from agency.masking import mask_id
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.tabular.read import Table
from agency.tabular.values import as_shown
from agency.web.access import needs
from agency.web.acting import put_on
from agency.web.request import StaffRequest
from settlement.reconciliation import bank_file, mapping, theirs, totals_file
from settlement.reconciliation.bank_runs import run_of_bank
from settlement.reconciliation.jobs import compare_later
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.saved_mappings import mapping_save
from settlement.reconciliation.services import run_create
from settlement.reconciliation.source_columns import Words, open_source, proposed
from settlement.reconciliation.source_forms import (
    BankSourceForm,
    ColumnsForm,
    DetailsSourceForm,
    MappedSourceForm,
    TotalsSourceForm,
)
from settlement.reconciliation.totals_runs import run_of_totals
from settlement.reconciliation.views.sources import on_file, opened
from settlement.records.columns import NAMES

LONG_NUMBER = 15


@dataclass(frozen=True)
class Mapped:
    """One source with columns to agree to, and what its page says."""

    names: Sequence[str]  # our columns
    opens: Callable[[Path, str], Table]
    proposes: Callable[[Sequence[str]], Mapping[str, str]]
    form: type[MappedSourceForm]
    act: Callable[..., ReconciliationRun]
    title: str
    told: str
    hint: str
    shows: Callable[[StaffRequest, ReconciliationRun], HttpResponse] = opened

    @property
    def page(self) -> dict[str, str]:
        return {"title": self.title, "told": self.told, "hint": self.hint}


def _by_words(words: Words) -> dict[str, Any]:
    """A small file, whose header is found by the words that its source knows."""

    def opens(path: Path, name: str) -> Table:
        return open_source(path.read_bytes(), name, words)

    return {"names": list(words), "opens": opens, "proposes": lambda header: proposed(header, words)}


def _at_once(act: Callable[..., ReconciliationRun]) -> Callable[..., ReconciliationRun]:
    def compared(*, kept: KeptFile, source: str, **said: Any) -> ReconciliationRun:
        return act(content=kept_path(kept).read_bytes(), **said)

    return compared


def _in_background(*, kept: KeptFile, by: User, at: dt.datetime, **said: Any) -> ReconciliationRun:
    """A run over details, which a job compares: a million rows take their time."""
    run = run_create(file=kept, by=by, at=at, **said)
    compare_later(run, by=by, at=at)
    return run


def _to_run(request: StaffRequest, run: ReconciliationRun) -> HttpResponse:
    return redirect("settlement:reconciliation_run", run_no=run.run_no)


DETAILS = Mapped(
    names=list(NAMES),
    opens=theirs.open_table_of,
    proposes=mapping.proposed,
    form=DetailsSourceForm,
    act=_in_background,
    title="明细对账",
    told="对方的明细与我方同一结算月份的结算按结算编号逐笔比对；先看合计，再看每一条差异。",
    hint="CSV、TSV、XLSX，或平台没有表头的 ZIP；列名不必与我方相同，下一步核对。",
    shows=_to_run,
)
TOTALS = Mapped(
    **_by_words(totals_file.WORDS),
    form=TotalsSourceForm,
    act=_at_once(run_of_totals),
    title="合计对账",
    told="对方只有合计的文件与我方同一结算月份的合计逐组比对；文件分到哪一级（医药机构、险种、医疗类别、参保地），就比到哪一级。",
    hint="CSV 或 XLSX，一行一组；合计行会跳过。",
)
BANK = Mapped(
    **_by_words(bank_file.WORDS),
    form=BankSourceForm,
    act=_at_once(run_of_bank),
    title="银行流水对账",
    told="本单位账户一个月的对账单与登记的流水、核销和通知书比对，只比对，不登记也不核销。",
    hint="银行的对账单，CSV 或 XLSX；收付在一列或分收入、支出两列都可以。",
)


@needs(May.RECONCILE)
@require_http_methods(["GET", "POST"])
def source_details(request: StaffRequest) -> HttpResponse:
    """Upload a file of cases, agree to its columns; compared in the background."""
    return _two_steps(request, DETAILS)


@needs(May.RECONCILE)
@require_http_methods(["GET", "POST"])
def source_totals(request: StaffRequest) -> HttpResponse:
    """Upload a file of totals, agree to its columns."""
    return _two_steps(request, TOTALS)


@needs(May.RECONCILE)
@require_http_methods(["GET", "POST"])
def source_bank(request: StaffRequest) -> HttpResponse:
    """Upload a bank statement, agree to its columns."""
    return _two_steps(request, BANK)


@dataclass(frozen=True)
class Upload:
    """The file of the first step, kept, with what was said of it."""

    form: MappedSourceForm
    kept: KeptFile
    name: str
    table: Table

    @property
    def said(self) -> dict[str, Any]:
        given = self.form.cleaned_data
        return {name: value for name, value in given.items() if name not in ("file", "digest")}


def _two_steps(request: StaffRequest, source: Mapped) -> HttpResponse:
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = source.form(*given, by=request.user, initial=request.GET.dict())
    if form.is_bound and form.is_valid():
        try:
            kept, name = _kept(request, form)
            table = source.opens(kept_path(kept), name)
        except DomainError as error:
            on_file(request, form, error)
        else:
            return _columns(request, source, Upload(form, kept, name, table))
    status = 422 if form.is_bound else 200
    context = {"form": form, **source.page}
    return render(request, "settlement/reconciliation/source.html", context, status=status)


def _kept(request: StaffRequest, form: MappedSourceForm) -> tuple[KeptFile, str]:
    """The file that is uploaded now, or the one of the first step, and what it is called."""
    stream = form.cleaned_data["file"]
    if stream is not None:
        kept = file_keep(stream, name=stream.name, by=request.user, at=request.now)
        return kept, stream.name
    digest = form.cleaned_data["digest"]
    found = KeptFile.objects.filter(digest=digest, kept_by=request.user).first()
    if found is None:
        raise DomainError("file_missing", "上传的文件找不到了，请重新选择。", field="file")
    return found, request.POST.get("file_name", "")[:200] or found.name


def _columns(request: StaffRequest, source: Mapped, upload: Upload) -> HttpResponse:
    """The second step: what was agreed to is compared; else the columns are shown to be agreed to."""
    names, table = list(source.names), upload.table
    agreed = request.POST.get("agreed") == "yes"
    more: dict[str, Any] = {
        "initial": ColumnsForm.initial_of(names, _first(source, upload)),
        "names": names,
        "samples": _samples(table),
    }
    columns = ColumnsForm(request.POST if agreed else None, **more)
    if agreed and columns.is_valid():
        try:
            return source.shows(request, _compare(request, source, upload, columns))
        except DomainError as error:
            put_on(request, columns, error)
    carried = [field for field in upload.form if field.name not in ("file", "digest")]
    again = f"{request.path}?{urlencode({field.name: field.data or '' for field in carried})}"
    context = {"columns": columns, "carried": carried, "upload": upload, "again_url": again, **source.page}
    status = 422 if agreed else 200
    return render(request, "settlement/reconciliation/source_columns.html", context, status=status)


def _first(source: Mapped, upload: Upload) -> Mapping[str, str]:
    """What is chosen at first: the saved mapping; of its columns whose heading this file lacks, and without
    one of all, what the header speaks for."""
    saved, header = upload.said["mapping"], upload.table.header
    if saved is None:
        return source.proposes(header)
    kept = {name: heading for name, heading in saved.columns.items() if heading in header}
    free = source.proposes([heading for heading in header if heading not in kept.values()])
    return {**{name: heading for name, heading in free.items() if name in saved.columns}, **kept}


def _samples(table: Table) -> dict[str, str]:
    """Each heading with the first thing that stands under it; long numbers without their middle."""
    row = next(table.rows(), None)
    cells = [as_shown(cell) for cell in row.cells] if row is not None else [""] * len(table.header)
    shown = (
        mask_id(text) if text[:LONG_NUMBER].isdigit() and len(text) > LONG_NUMBER else text for text in cells
    )
    return {heading: text for heading, text in zip(table.header, shown, strict=False) if heading}


@transaction.atomic
def _compare(
    request: StaffRequest, source: Mapped, upload: Upload, columns: ColumnsForm
) -> ReconciliationRun:
    said, agreed = upload.said, columns.columns()
    said.setdefault("source", source.form.source_kind)
    who: dict[str, Any] = {"by": request.user, "at": request.now}
    name = columns.cleaned_data["name"]
    if name:
        what: dict[str, Any] = {"source": said["source"], "columns": agreed, "headings": upload.table.header}
        said["mapping"] = mapping_save(name=name, **what, **who)
    return source.act(**said, columns=agreed, kept=upload.kept, file_name=upload.name, **who)
