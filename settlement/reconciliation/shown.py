"""差异怎样显示: both sides column by column, what speaks for a cause, everything that became of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agency.identity import is_resident_number
from agency.journal import workflow
from agency.journal.models import AuditEntry
from agency.masking import mask_id
from agency.money import MoneyError, parse_yuan, yuan
from agency.organisation.models import Institution, PoolingRegion
from agency.periods import SHANGHAI, months_between, period_of
from settlement.matching.models import TONES as MARK_TONES
from settlement.matching.models import FilingMark
from settlement.matching.selectors import marks_of_numbers
from settlement.reconciliation.acting import KIND
from settlement.reconciliation.ending_models import CarriedEnding
from settlement.reconciliation.ending_shown import ending_steps, standing_endings
from settlement.reconciliation.kinds import DETAILS, Remedy
from settlement.reconciliation.models import Discrepancy
from settlement.reconciliation.states import TONES, DiscrepancyState
from settlement.records.columns import NAMES
from settlement.records.rules import AMOUNT_NAMES

ALWAYS_SHOWN = (
    "结算编号", "姓名", "证件号码", "参保地区划", "就医地区划", "定点医药机构编号", "定点医药机构名称",
    "险种", "医疗类别", "结算时间", "退费标志", "医疗费总额", "基金支付总额", "个人账户",
)  # fmt: skip
COUNT = "人次"  # with refunds or without: so begin the columns that count cases
SENTENCE = "说明"  # of the evidence: what was compared, in words
NUMBERS_OF_PEOPLE = frozenset({"证件号码", "公民身份号码"})
_PLACES = {name: place for place, name in enumerate(NAMES)}
_LIKE_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2}")
_COUNT = re.compile(r"-?[0-9]+")


@dataclass(frozen=True)
class Line:
    """One column on both sides, as shown; `gap` is ours less theirs of an amount or a count that differs."""

    title: str
    ours: str
    theirs: str
    differs: bool
    is_figure: bool
    gap: str = ""


def lines_of(row: Discrepancy) -> tuple[list[Line], list[Line]]:
    """The columns that differ or tell what it is about, those that differ first; and the others. What is no
    case has few of them: all are told, as they stand in the file."""
    is_case = row.run.source in DETAILS
    places = _PLACES if is_case else {name: place for place, name in enumerate(row.run.compared)}
    names = sorted({*row.ours, *row.theirs, *row.columns}, key=lambda name: (places.get(name, 99), name))
    lines = [_line(row, name) for name in names]
    told = [line for line in lines if line.differs]
    told += [line for line in lines if not (line.differs or is_case and line.title not in ALWAYS_SHOWN)]
    return told, [line for line in lines if line not in told]


def _line(row: Discrepancy, name: str) -> Line:
    ours, theirs = row.ours.get(name, ""), row.theirs.get(name, "")
    differs = name in row.columns
    if is_count := name.startswith(COUNT) and bool(_COUNT.fullmatch(ours or theirs)):
        gap = _gap_of_counts(ours, theirs)
    else:
        gap = _gap(ours, theirs)
    is_figure = is_count or name in AMOUNT_NAMES or bool(_AMOUNT.fullmatch(ours or theirs))
    cells = (_cell(name, ours), _cell(name, theirs))
    return Line(name, *cells, differs, is_figure, gap if differs and is_figure else "")


def _cell(name: str, text: str) -> str:
    """A cell as it is read: identity numbers masked, amounts with separators, nothing as a dash."""
    if not text:
        return "—"
    if name in NUMBERS_OF_PEOPLE:
        return mask_id(text)
    if name.startswith(COUNT) and _COUNT.fullmatch(text):
        return f"{int(text):,}"
    return yuan(parse_yuan(text)) if _AMOUNT.fullmatch(text) else text


def _gap(ours: str, theirs: str) -> str:
    try:
        fen = parse_yuan(ours or "0") - parse_yuan(theirs or "0")
    except MoneyError:
        return ""
    return f"{'+' if fen > 0 else ''}{yuan(fen)}"


def _gap_of_counts(ours: str, theirs: str) -> str:
    if not all(_COUNT.fullmatch(text or "0") for text in (ours, theirs)):
        return ""
    return f"{int(ours or 0) - int(theirs or 0):+,}"


def has_identity(row: Discrepancy) -> bool:
    """Whether either side has an identity number, which can be looked at in full."""
    return any(side.get(name) for side in (row.ours, row.theirs) for name in NUMBERS_OF_PEOPLE)


def without_identity(text: str) -> str:
    """A text in which every resident's number is masked; settlement numbers are as long, but none."""
    return _LIKE_IDENTITY.sub(lambda found: _masked(found.group()), text)


def _masked(number: str) -> str:
    return mask_id(number) if is_resident_number(number.upper()) else number


def evidence_of(row: Discrepancy) -> tuple[str, list[tuple[str, str]]]:
    """What speaks for the cause: a sentence, and the figures and places it rests on."""
    told = {
        name: mask_id(str(value)) if name in NUMBERS_OF_PEOPLE else without_identity(_said(value))
        for name, value in row.evidence.items()
    }
    sentence = told.pop(SENTENCE, "")
    return sentence, [(name, told[name]) for name in sorted(told) if told[name]]  # jsonb keeps no order


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return "，".join(f"{name} {_said(one)}" for name, one in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "、".join(_said(one) for one in value)
    if isinstance(value, str) and _AMOUNT.fullmatch(value):
        return yuan(parse_yuan(value))
    return "" if value is None else str(value)


# --- what became of it --------------------------------------------------------------------------------------


def history_of(row: Discrepancy) -> list[dict[str, Any]]:
    """Found, handed out, noted, judged, approved, returned, undone, ended: oldest first."""
    steps = workflow.history(row.machine, row.difference_no)
    if not steps or steps[0]["label"] != row.machine.label(DiscrepancyState.OPEN):
        steps.insert(0, _found(row))
    rows = AuditEntry.objects.filter(subject_kind=KIND, subject_no=row.difference_no, action__in=_HANDLED)
    for entry in rows.select_related("by").order_by("seq"):
        steps.append({"label": _handled(entry.detail), "by": str(entry.by), "at": entry.at, "reason": ""})
    if row.remedy == Remedy.CARRY:
        steps += ending_steps(row)
    return sorted(steps, key=lambda step: step["at"])


_HANDLED = ("difference_assigned", "difference_noted")


def _found(row: Discrepancy) -> dict[str, Any]:
    run = row.run
    at = run.compared_at or run.created_at
    return {"label": "比对发现", "by": str(run.created_by), "at": at, "reason": ""}


def _handled(detail: Mapping[str, str]) -> str:
    if "note" in detail:
        return f"说明：{detail['note'] or '（清空）'}"
    owner, due_on = detail.get("owner"), detail.get("due_on")
    return f"{f'交给{owner}' if owner else '不交给谁'}，{f'{due_on} 前' if due_on else '没有期限'}"


# --- in a list ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A difference as it stands in a list: its parties by name, its age in months, whether it is late, what
    is proposed or approved of its ending, and what the filings say of our case (None: not matched, or no case
    of ours)."""

    row: Discrepancy
    parties: str
    institution: str
    age: int
    is_late: bool
    ending: CarriedEnding | None = None
    mark: FilingMark | None = None

    @property
    def mark_tone(self) -> str:
        return MARK_TONES[self.mark] if self.mark is not None else ""

    @property
    def tone(self) -> str:
        return TONES[DiscrepancyState(self.row.state)]


def rows_of(rows: Sequence[Discrepancy], today: dt.date) -> list[Row]:
    """Differences as they are listed, in two queries however many; one more where some are carried, one where
    some are of cases of ours."""
    names = dict(PoolingRegion.objects.values_list("code", "short_name"))
    codes = {row.institution_code for row in rows} - {""}
    institutions = dict(Institution.objects.filter(code__in=codes).values_list("code", "name"))
    endings = standing_endings(rows)
    marks = marks_of_numbers([case for case in map(_our_case, rows) if case is not None])
    return [
        Row(
            row,
            " → ".join(
                names.get(code, code) for code in (row.insured_region_code, row.care_region_code) if code
            ),
            institutions.get(row.institution_code, row.institution_code),
            age_of(row, endings.get(row.pk), today),
            row.state != DiscrepancyState.SETTLED and row.due_on is not None and row.due_on < today,
            endings.get(row.pk),
            marks.get(_our_case(row) or ("", 0)),
        )
        for row in rows
    ]


def _our_case(row: Discrepancy) -> tuple[str, int] | None:
    """Settlement number and number of correction of the record that was ours; None where there is none."""
    if row.our_correction_no is None or row.run.source not in DETAILS:
        return None
    return row.subject, row.our_correction_no


def age_of(row: Discrepancy, ending: CarriedEnding | None, today: dt.date) -> int:
    """Months since its 期别; of one that ended, until then."""
    if ending is not None and ending.approved_at is not None:
        today = ending.approved_at.astimezone(SHANGHAI).date()
    return max(0, months_between(row.run.period, period_of(today)))
