"""`reconcile FILE --period YYYYMM [--scope S] [--source NAME]`: their file beside ours; 2 if they differ."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from agency.commanding import CommandResult, StaffCommand
from agency.errors import DomainError
from agency.organisation.models import Institution, PoolingRegion, User
from agency.organisation.selectors import region_named
from settlement.reconciliation.kinds import MATCHED, DiscrepancyKind, SourceKind
from settlement.reconciliation.models import ColumnMapping, ReconciliationRun
from settlement.reconciliation.selectors import mappings_usable
from settlement.reconciliation.services import run_compare, run_create
from settlement.reconciliation.states import RunState

UNREAD_SHOWN = 20


class Command(StaffCommand):
    help = "把对方的明细文件（CSV、XLSX 或 ZIP）与我方一个月的结算明细逐笔比对；有差异时退出码为 2。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="对方的文件")
        parser.add_argument("--period", required=True, metavar="YYYYMM", help="结算月份，如 202610")
        parser.add_argument(
            "--scope",
            default="",
            metavar="S",
            help="只对统筹区（长春市、长春或 220100）或医药机构（编号或全名）",
        )
        parser.add_argument(
            "--source", default="", metavar="NAME", help="已保存的列对照；缺省按我方和平台的列名"
        )
        parser.add_argument(
            "--only-differing", action="store_true", help="合计相符的机构、险种、类别不逐笔比对"
        )

    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        path: Path = options["file"]
        region, institution = scope_named(options["scope"])
        mapping = _mapping(options["source"], by)
        with transaction.atomic(), path.open("rb") as stream:
            run = run_create(
                period=options["period"],
                source=_source(mapping, institution),
                file=stream,
                file_name=path.name,
                by=by,
                at=at,
                scope_region=region,
                scope_institution=institution,
                mapping=mapping,
                all_details=not options["only_differing"],
                by_command=True,
            )
            run_compare(run, by=by, at=at, progress=self.progress)
            if run.state == RunState.FAILED:
                raise DomainError("not_compared", run.message)
        return _told(run)


def scope_named(text: str) -> tuple[PoolingRegion | None, Institution | None]:
    """A pooling region or an institution, by name or code; DomainError when it is neither."""
    if not text:
        return None, None
    region = region_named(text)
    if region is not None:
        return region, None
    found = Institution.objects.filter(code=text) or Institution.objects.filter(name=text)
    if len(found) != 1:
        told = "有几家同名的医药机构，请写编号" if found else "没有这个统筹区或医药机构"
        raise DomainError("unknown_scope", f"“{text}”：{told}。")
    return None, found[0]


def _mapping(name: str, by: User) -> ColumnMapping | None:
    mapping = mappings_usable(by).filter(name=name).first() if name else None
    if name and mapping is None:
        raise DomainError("unknown_mapping", f"没有名为“{name}”的列对照。")
    return mapping


def _source(mapping: ColumnMapping | None, institution: Institution | None) -> str:
    if mapping is not None:
        return mapping.source
    return SourceKind.HOSPITAL if institution is not None else SourceKind.PLATFORM


def _told(run: ReconciliationRun) -> CommandResult:
    classes = {MATCHED: run.matched} if run.matched else {}
    classes |= {str(kind.label): run.counts[kind] for kind in DiscrepancyKind if run.counts.get(kind)}
    told = "，".join(f"{name} {count}" for name, count in classes.items())
    lines = [
        f"{run.run_no}：我方 {run.our_cases} 笔，对方 {run.their_rows} 行（编码 {run.encoding}），"
        f"{told or '没有可比的'}。"
    ]
    totals = run.totals.filter(agrees=False).count()
    lines.append(f"合计 {run.totals.count()} 组，不符 {totals} 组。")
    lines += run.notes
    unread = run.unread.all()[:UNREAD_SHOWN]
    lines += [f"  读不出：{row.message}" for row in unread]
    data = {"run": run.run_no, "classes": classes, "differences": run.differences}
    if run.unread_rows:
        data["unread"] = run.unread_rows
    return CommandResult(data, lines, bool(run.differences or run.unread_rows))
