"""Pages of totals and bank statements: the file first, then which of its columns are which, then compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from agency.batches.models import KeptFile
from agency.batches.services import file_keep, kept_path
from agency.errors import DomainError
from agency.masking import mask_id
from agency.organisation.roles import May
from agency.tabular.read import Table
from agency.tabular.values import as_shown
from agency.web.access import needs
from agency.web.acting import put_on
from agency.web.request import StaffRequest
from settlement.reconciliation import bank_file, totals_file
from settlement.reconciliation.bank_runs import run_of_bank
from settlement.reconciliation.kinds import SourceKind
from settlement.reconciliation.models import ReconciliationRun
from settlement.reconciliation.source_columns import Words, mapping_keep, open_source, proposed
from settlement.reconciliation.source_forms import (
    BankSourceForm,
    ColumnsForm,
    MappedSourceForm,
    TotalsSourceForm,
)
from settlement.reconciliation.totals_runs import run_of_totals
from settlement.reconciliation.views.sources import on_file, opened

LONG_NUMBER = 15


@dataclass(frozen=True)
class Mapped:
    """One source with columns to agree to, and what its page says."""

    kind: SourceKind
    words: Words
    form: type[MappedSourceForm]
    act: Callable[..., ReconciliationRun]
    title: str
    told: str
    hint: str

    @property
    def page(self) -> dict[str, str]:
        return {"title": self.title, "told": self.told, "hint": self.hint}


TOTALS = Mapped(
    SourceKind.TOTALS,
    totals_file.WORDS,
    TotalsSourceForm,
    run_of_totals,
    "合计对账",
    "对方只有合计的文件与我方同一结算月份的合计逐组比对；文件分到哪一级（医药机构、险种、医疗类别、参保地），就比到哪一级。",
    "CSV 或 XLSX，一行一组；合计行会跳过。",
)
BANK = Mapped(
    SourceKind.BANK,
    bank_file.WORDS,
    BankSourceForm,
    run_of_bank,
    "银行流水对账",
    "本单位账户一个月的对账单与登记的流水、核销和通知书比对，只比对，不登记也不核销。",
    "银行的对账单，CSV 或 XLSX；收付在一列或分收入、支出两列都可以。",
)


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
    form = source.form(*given, by=request.user)
    if form.is_bound and form.is_valid():
        try:
            kept, name = _kept(request, form)
            table = open_source(kept_path(kept).read_bytes(), name, source.words)
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
    names, table = list(source.words), upload.table
    agreed = request.POST.get("agreed") == "yes"
    mapping = upload.said["mapping"]
    first = mapping.columns if mapping is not None else proposed(table.header, source.words)
    more: dict[str, Any] = {
        "initial": ColumnsForm.initial_of(names, first),
        "names": names,
        "samples": _samples(table),
    }
    columns = ColumnsForm(request.POST if agreed else None, **more)
    if agreed and columns.is_valid():
        try:
            return opened(request, _compare(request, source, upload, columns))
        except DomainError as error:
            put_on(request, columns, error)
    carried = [field for field in upload.form if field.name not in ("file", "digest")]
    context = {"columns": columns, "carried": carried, "upload": upload, **source.page}
    status = 422 if agreed else 200
    return render(request, "settlement/reconciliation/source_columns.html", context, status=status)


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
    who: dict[str, Any] = {"by": request.user, "at": request.now}
    name = columns.cleaned_data["name"]
    if name:
        what: dict[str, Any] = {"source": source.kind, "columns": agreed, "headings": upload.table.header}
        said["mapping"] = mapping_keep(name=name, **what, **who)
    content = kept_path(upload.kept).read_bytes()
    return source.act(**said, columns=agreed, content=content, file_name=upload.name, **who)
