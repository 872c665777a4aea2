"""填报告: the report of a run as a sheet with its tables, from what was frozen or, before, from what is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from agency.money import yuan
from agency.periods import period_label
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from agency.sheets.declare import Sheet, Value
from agency.sheets.digest import short
from agency.sheets.filled import Row, SheetData
from settlement.reconciliation.kinds import MATCHED, DiscrepancyKind, Remedy, SourceKind
from settlement.reconciliation.models import Discrepancy, ReconciliationRun, RunTotal, TheirAnswer, UnreadRow
from settlement.reconciliation.report import SIDES, digest_of, newest_answers, report_of
from settlement.reconciliation.report_sheets import OPEN_KEY, REPORT, UNREAD, differences_of, totals_of
from settlement.reconciliation.runs import is_gross_alone, is_said
from settlement.reconciliation.states import DiscrepancyState, RunState
from settlement.reconciliation.telling import likely, shown_value, subject_title, what_differs

ON_PAPER, IN_A_FILE = 300, 20_000  # rows of each table behind the report
Report = dict[str, Any]
UNITS = {SourceKind.SHEET.value: "行", SourceKind.TOTALS.value: "组"}  # of others: 笔
WORTH = {SourceKind.SHEET.value: "每行末尾的金额", SourceKind.BANK.value: "按收付各自的方向"}


def report_data(run: ReconciliationRun, at_most: int = ON_PAPER, report: Report | None = None) -> SheetData:
    """The report with what is behind it, at most so many rows of each; a draft until it is signed."""
    report = report or report_of(run)
    is_signed = run.state == RunState.SIGNED
    names = report["names"]
    annexes = (annex(run, report, at_most) for annex in (_totals, _differences, _unread))
    return SheetData(
        sheet=REPORT,
        organisation=names["organisation"],
        period=run.period,
        period_label=period_label(run.period),
        region=_parties(run, names),
        rows=tuple(_classes(report["content"])),
        as_of=_moment(run),
        prepared_on=timezone.localtime(run.signed_at).date() if is_signed and run.signed_at else None,
        state_label=run.get_state_display(),
        names={"制表人": names["maker"], "签字人": names["signer"]} if is_signed else {},
        remarks=tuple(_remarks(run, report)),
        annexes=tuple(annex for annex in annexes if annex is not None),
    )


def _parties(run: ReconciliationRun, names: dict[str, Any]) -> str:
    if names["counterpart"]:
        return f"{names['owner']}与{names['counterpart']}"
    source = SourceKind(run.source)
    return f"{names['owner']}{'合计' if source == SourceKind.TOTALS else source.label}"


def _moment(run: ReconciliationRun) -> Any:
    """What the file bears inside: the signature, else the comparing."""
    return run.signed_at or run.compared_at or run.created_at


def _classes(content: Report) -> Iterator[Row]:
    yield Row(MATCHED, {"kind": MATCHED, "count": content["matched"]})
    for one in content["classes"]:
        values: dict[str, Value] = {
            "kind": DiscrepancyKind(one["kind"]).label,
            "count": one["count"],
            "amount": one["amount_fen"],
            OPEN_KEY: one["open"],
            "written_off": one["written_off_fen"],
            **one["remedies"],
        }
        yield Row(one["kind"], values)


def _remarks(run: ReconciliationRun, report: Report) -> Iterator[str]:
    content, names = report["content"], report["names"]
    scope = f"　范围：{names['scope']}" if names["scope"] else ""
    form = f"（表 {content['form']}）" if content["form"] else ""
    yield f"对账编号 {run.run_no}　来源：{SourceKind(run.source).label}{form}{scope}　文件：{names['file']}"
    unread = f"，其中读不出 {content['unread_rows']} 行" if content["unread_rows"] else ""
    unit = UNITS.get(content["source"], "笔")
    both = f"我方 {content['our_cases']:,} {unit}，对方 {content['their_rows']:,} 行{unread}"
    yield f"{both}；相符 {content['matched']:,} {unit}。"
    sums = content["totals"]
    if sums["groups"]:
        told = f"合计分组 {sums['groups']:,} 组，相符 {sums['agreeing']:,} 组"
        ours, theirs = (_sums(run, sums, side) for side in ("our", "their"))
        yield f"{told}。" if is_gross_alone(run) else f"{told}；我方{ours}；对方{theirs}。"
    if content["compared"]:
        worth = WORTH.get(content["source"], "基金和个人账户")
        yield f"比对的列：{'、'.join(content['compared'])}。差额 = 我方 − 对方（{worth}）。"
    yield from content["notes"]
    yield (
        f"摘要：我方 {short(content['ours'])}，对方文件 {short(content['theirs'])}，"
        f"结果 {short(content['result'])}，报告 {short(digest_of(report))}"
    )


def _sums(run: ReconciliationRun, sums: dict[str, int], side: str) -> str:
    """The sums of one side; of theirs those that their file says."""
    said = [side == "our" or is_said(run, at, gross=False) for at in range(len(SIDES))]
    words = [f"{sums[f'{side}_count']:,} 人次"]
    for name, label in zip(SIDES[1:], ("总费用", "基金", "个人账户"), strict=True):
        words.append(f"{label} {yuan(sums[f'{side}_{name}'])}")
    return " " + "、".join(word for word, is_theirs in zip(words, said, strict=True) if is_theirs)


# --- the tables behind it -----------------------------------------------------------------------------------


def _annex(
    run: ReconciliationRun, report: Report, sheet: Sheet, rows: tuple[Row, ...], count: int, more: str
) -> SheetData | None:
    """A table of the first rows; None where there are none at all."""
    if not rows:
        return None
    left = count - len(rows)
    return SheetData(
        sheet=sheet,
        organisation=report["names"]["organisation"],
        period=run.period,
        period_label=period_label(run.period),
        rows=rows,
        as_of=_moment(run),
        prepared_on=timezone.localtime(_moment(run)).date(),
        remarks=(f"只列前 {len(rows):,} 条，另有 {left:,} 条，{more}。",) if left else (),
    )


def _totals(run: ReconciliationRun, report: Report, at_most: int) -> SheetData | None:
    """The groups on which the two sides do not agree, as their file has them: with refunds, or without."""
    found, gross = run.totals.filter(agrees=False), is_gross_alone(run)
    said = [is_said(run, at, gross=gross) for at in range(len(SIDES))]
    regions = report["names"]["regions"]
    listed = tuple(_total_row(row, regions, said, "gross_" if gross else "") for row in found[:at_most])
    sheet = totals_of(said, gross=gross)
    return _annex(run, report, sheet, listed, found.count(), "见系统中本次对账")


def _total_row(row: RunTotal, regions: dict[str, str], said: Sequence[bool], middle: str) -> Row:
    """A group; nothing where their file does not say (`said`: of SIDES)."""
    values: dict[str, Value] = {
        "institution_code": row.institution_code,
        "insurance_type": InsuranceType(row.insurance_type).label if row.insurance_type else "",
        "care_kind": CareKind(row.care_kind).label if row.care_kind else "",
        "agency": regions.get(row.agency_code, row.agency_code),
    }
    apart = 0
    for name, is_theirs in zip(SIDES, said, strict=True):
        ours, theirs = (getattr(row, f"{side}_{middle}{name}") for side in ("our", "their"))
        key = name.removesuffix("_fen")
        values |= {f"our_{key}": ours, f"their_{key}": theirs if is_theirs else None}
        apart += ours - theirs if is_theirs and key in ("fund", "account") else 0
    values["difference"] = apart
    key = "|".join((row.institution_code, row.insurance_type, row.care_kind, row.agency_code))
    return Row(key, values)


def _differences(run: ReconciliationRun, report: Report, at_most: int) -> SheetData | None:
    """The differences in the order of their serial, with verdict, people and what the other side said."""
    named = Discrepancy.objects.filter(run=run).select_related("pair")
    rows = list(named.order_by("serial")[:at_most])
    answers = newest_answers(run) if rows else {}
    people = report["names"]["people"]
    listed = tuple(_difference_row(row, people, answers.get(row.pk)) for row in rows)
    sheet = differences_of(subject_title(run.source))
    return _annex(run, report, sheet, listed, run.differences, "见 XLSX 或差异导出")


def _difference_row(row: Discrepancy, people: dict[str, str], answer: TheirAnswer | None) -> Row:
    who = [people.get(str(key), "") for key in (row.judged_by_id, row.approved_by_id) if key]
    values: dict[str, Value] = {
        "serial": row.serial,
        "kind": row.get_kind_display(),
        "subject": row.subject,
        "institution_code": row.institution_code,
        "what": what_differs(row),
        "amount": row.amount_fen,
        "cause": likely(row),
        "remedy": _decided(row) if row.state == DiscrepancyState.SETTLED else row.get_state_display(),
        "note": row.note,
        "people": "、".join(who),
        "answer": answer_text(answer),
    }
    return Row(row.difference_no, values)


def _decided(row: Discrepancy) -> str:
    """The verdict; of a half with the number of the other one."""
    label = str(Remedy(row.remedy).label)
    return f"{label}（{row.pair.subject}）" if row.pair is not None else label


def answer_text(answer: TheirAnswer | None) -> str:
    """What the other side said, in a line; empty where it said nothing."""
    if answer is None:
        return ""
    amount = f"认可 {yuan(answer.amount_fen)}" if answer.amount_fen is not None else ""
    return "，".join(part for part in (answer.get_stance_display(), amount, answer.reason) if part)


def _unread(run: ReconciliationRun, report: Report, at_most: int) -> SheetData | None:
    rows = run.unread.order_by("line_no")
    listed = tuple(_unread_row(row) for row in rows[:at_most])
    return _annex(run, report, UNREAD, listed, rows.count(), "见系统中本次对账")


def _unread_row(row: UnreadRow) -> Row:
    values: dict[str, Value] = {
        "line": row.line_no,
        "place": row.place,
        "column": row.column,
        "value": shown_value(row.column, row.value) if row.value else "",
        "message": row.message,
    }
    return Row(f"{row.line_no}", values)
