"""银行流水作为来源: a bank's statement beside notices, bank lines and payments as they are; it books nothing.

Theirs are the statement's lines; ours what is registered of the account, and the notices that it pays. A
line is 相符 when it is registered as it stands and used up, for one notice or several; a notice when it is
paid, by one line or several. Amounts count in the line's own direction. What is different is settled where
the money is kept (`settlement/notices`), and the next run finds it so. [P]
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from agency.errors import DomainError
from agency.money import plain_yuan, yuan
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.periods import is_period
from settlement.notices.models import BankDirection, BankLine, Notice
from settlement.notices.services import LineContent, own_region
from settlement.reconciliation.bank_books import Books, Key
from settlement.reconciliation.bank_file import (
    AMOUNT,
    DAY,
    DIRECTION,
    NOTE,
    OTHER_ACCOUNT,
    OTHER_NAME,
    REFERENCE,
    Statement,
    read_statement,
)
from settlement.reconciliation.bank_rules import Way, left_over
from settlement.reconciliation.kinds import DiscrepancyKind, Remedy, SourceKind
from settlement.reconciliation.models import ColumnMapping, ReconciliationRun
from settlement.reconciliation.opening import SENTENCE, Found, Outcome, run_open, run_written
from settlement.reconciliation.report import text_digest
from settlement.reconciliation.telling import LIKE

D = DiscrepancyKind
LINES, NOTICES = "流水", "通知书"
UNPAID = "没有付款"
COMPARED = (DIRECTION, AMOUNT, OTHER_NAME, OTHER_ACCOUNT, NOTE)
PROPOSED = {
    Way.EXACT: Remedy.CORRECT,
    Way.JOINT: Remedy.CORRECT,
    Way.PARTIAL: Remedy.CORRECT,
    Way.OVER: Remedy.ASK_THEM,
    Way.FOREIGN: Remedy.ASK_THEM,
    Way.UNKNOWN: Remedy.ASK_THEM,
    Way.NONE: Remedy.NONE,
}


@transaction.atomic
def run_of_bank(
    *,
    period: str,
    content: bytes,
    file_name: str,
    by: User,
    at: dt.datetime,
    columns: Mapping[str, str] | None = None,
    mapping: ColumnMapping | None = None,
    by_command: bool = False,
) -> ReconciliationRun:
    """对账: the statement of a month of the own account (the province's: its own). DomainError (nothing kept)
    for another file."""
    access.require(by, May.RECONCILE)
    access.require(by, May.READ_NOTICES)
    if not is_period(period):
        raise DomainError("bad_period", f"“{period}”不是期别：请写成六位年月，如 202611。", field="period")
    agreed = columns if columns is not None or mapping is None else mapping.columns
    statement = read_statement(content, file_name, agreed)
    run = run_open(
        period=period,
        source=SourceKind.BANK,
        content=content,
        file_name=file_name,
        by=by,
        at=at,
        by_command=by_command,
        mapping=mapping,
        columns=statement.columns,
        counterpart="开户银行",
    )
    books = Books(own_region(by), period)
    return run_written(run, outcome_of(statement, books), by=by, at=at)


# --- both ---------------------------------------------------------------------------------------------------


@dataclass
class _Side:
    """What one side of the comparing came to."""

    found: list[Found] = field(default_factory=list)
    matched: Counter[str] = field(default_factory=Counter)  # how the matched ones meet


def outcome_of(statement: Statement, books: Books) -> Outcome:
    """Lines first, in the order of their days and numbers, then notices by 文号."""
    lines, notices = _lines(statement, books), _notices(books)
    found = [*lines.found, *notices.found]
    matched = sum(lines.matched.values()) + sum(notices.matched.values())
    return Outcome(
        found=found,
        our_cases=matched + sum(bool(one.ours) for one in found),
        their_rows=statement.rows,
        matched=matched,
        ours_digest=_digest(books),
        compared=(DAY, REFERENCE, *COMPARED),
        encoding=statement.encoding,
        notes=[*statement.notes, *_met(lines.matched, notices.matched), *_not_due(books)],
        unread=statement.unread,
    )


def _digest(books: Books) -> str:
    lines = [
        [str(day), number, line.amount_fen, line.used_fen] for (day, number), line in books.lines.items()
    ]
    paid = [[row.notice_no, row.total_fen, books.paid.get(row.pk, (0,))[0]] for row in books.notices]
    return text_digest([*sorted(lines), *paid])


def _met(lines: Counter[str], notices: Counter[str]) -> Iterator[str]:
    if lines:
        yield f"相符的流水：{'，'.join(f'{how} {count} 笔' for how, count in sorted(lines.items()))}。"
    if notices:
        yield f"付清的通知书：{'，'.join(f'{how} {count} 张' for how, count in sorted(notices.items()))}。"


def _not_due(books: Books) -> Iterator[str]:
    waiting = [row for row in books.notices if row.pk not in books.paid and row.pay_by > books.last]
    if waiting:
        whole = yuan(sum(row.total_fen for row in waiting))
        yield f"还没到期、也没有付款的通知书 {len(waiting)} 张，合计 {whole} 元，不算差异。"


def _lines(statement: Statement, books: Books) -> _Side:
    """Each line of the statement once, then what is registered in its days and stands on none."""
    side = _Side()
    times = Counter((said.booked_on, said.reference) for _, said in statement.lines)
    first: dict[Key, tuple[int, LineContent]] = {}
    for line_no, said in statement.lines:
        first.setdefault((said.booked_on, said.reference), (line_no, said))
    for key in sorted(first):
        line_no, said = first[key]
        one = _line(said, books, times[key], side.matched)
        if one is not None:
            side.found.append(_at(one, line_no, times[key]))
    side.found += _not_on_it(first, books)
    return side


def _at(one: Found, line_no: int, times: int) -> Found:
    return Found(**{**vars(one), "their_line": line_no, "times": times})


def _line(said: LineContent, books: Books, times: int, matched: Counter[str]) -> Found | None:
    """What is different about one line of the statement; None: nothing."""
    subject = f"{said.booked_on} {said.reference}"
    theirs = _texts(said)
    line = books.lines.get((said.booked_on, said.reference))
    if times > 1:
        ours = _texts(line) if line is not None else {}
        return Found(D.DUPLICATE, subject, ours=ours, theirs=theirs, proposed=Remedy.ASK_THEM)
    if not books.first <= said.booked_on <= books.last:
        told = "不是本月的流水，请在它的月份里对账。"
        return Found(
            D.PERIOD_DIFFERS,
            subject,
            theirs=theirs,
            columns=[DAY],
            evidence={SENTENCE: told},
            proposed=Remedy.NONE,
        )
    if line is None:
        told = "这笔流水没有登记，请导入对账单或登记后再核销。"
        worth = {"amount_fen": -said.amount_fen, "evidence": {SENTENCE: told}, "proposed": Remedy.IMPORT}
        return Found(D.ONLY_THEIRS, subject, theirs=theirs, **worth)  # type: ignore[arg-type]
    ours = _texts(line)
    columns = [name for name in COMPARED if ours[name] != theirs[name]]
    if columns:
        gap = line.amount_fen - said.amount_fen
        return Found(D.AMOUNT_DIFFERS, subject, ours, theirs, columns, gap, proposed=Remedy.CORRECT)
    if line.rest_fen == 0:
        matched[_how(len(books.notices_of_lines.get(line.pk, ())))] += 1
        return None
    return _left_over(line, books, subject, theirs)


def _how(notices: int) -> str:
    return {0: "由调账记账", 1: "一笔付一张"}.get(notices, "一笔付几张")


def _left_over(line: BankLine, books: Books, subject: str, theirs: dict[str, str]) -> Found:
    """A line that no notice, or not enough of them, accounts for."""
    paid = books.notices_of_lines.get(line.pk, ())
    found = books.reading(line)
    if paid:
        found = left_over(line.rest_fen, paid, found)
    evidence = {SENTENCE: found.told, LIKE: found.way.value, "未核销": plain_yuan(line.rest_fen)}
    if found.notices:
        evidence[NOTICES] = "、".join(found.notices)
    more = {"amount_fen": -line.rest_fen, "evidence": evidence, "proposed": PROPOSED[found.way]}
    if not line.used_fen:
        return Found(D.ONLY_THEIRS, subject, theirs=theirs, **more)  # type: ignore[arg-type]
    ours = {AMOUNT: plain_yuan(line.used_fen), NOTICES: "、".join(paid)}
    return Found(D.AMOUNT_DIFFERS, subject, ours, theirs, [AMOUNT], **more)  # type: ignore[arg-type]


def _not_on_it(first: dict[Key, tuple[int, LineContent]], books: Books) -> Iterator[Found]:
    """Registered lines in the days of the statement that it does not have."""
    days = [day for day, _ in first if books.first <= day <= books.last]
    if not days:
        return
    for key, line in sorted(books.lines.items()):
        if key not in first and min(days) <= line.booked_on <= max(days):
            told = "登记了的流水，对账单上没有，请核对登记是否有误。"
            evidence = {SENTENCE: told, LINES: line.line_no}
            subject = f"{line.booked_on} {line.reference}"
            fen = line.amount_fen
            yield Found(
                D.ONLY_OURS, subject, _texts(line), amount_fen=fen, evidence=evidence, proposed=Remedy.CORRECT
            )


def _texts(said: LineContent | BankLine) -> dict[str, str]:
    """A line by columns, as text of a file."""
    return {
        DAY: str(said.booked_on),
        REFERENCE: said.reference,
        DIRECTION: str(BankDirection(said.direction).label),
        AMOUNT: plain_yuan(said.amount_fen),
        OTHER_NAME: said.other_name,
        OTHER_ACCOUNT: said.other_account,
        NOTE: said.note,
    }


def _notices(books: Books) -> _Side:
    """Notices that are due or were paid in part, and what the month's lines paid in full."""
    side = _Side()
    for notice in books.notices:
        fen, day, numbers = books.paid.get(notice.pk, (0, None, []))
        if fen == notice.total_fen:
            if day is not None and day >= books.first:
                side.matched["一笔付清" if len(numbers) == 1 else "几笔付清"] += 1
        elif fen or notice.pay_by <= books.last:
            side.found.append(_open(notice, fen, numbers, books))
    return side


def _open(notice: Notice, fen: int, numbers: Sequence[str], books: Books) -> Found:
    """A notice that is not paid in full."""
    ours = {
        NOTICES: notice.notice_no,
        "统筹区": notice.region_name,
        DIRECTION: str(notice.get_direction_display()),
        AMOUNT: plain_yuan(notice.total_fen),
    }
    late = max(0, (books.last - notice.pay_by).days)
    like = Way.PARTIAL.value if fen else UNPAID
    evidence = {SENTENCE: _told(notice, fen, late), LIKE: like, "收付款截止": str(notice.pay_by)}
    gap = notice.total_fen - fen
    more = {"amount_fen": gap, "evidence": evidence, "proposed": Remedy.CARRY}
    if not fen:
        return Found(D.ONLY_OURS, notice.notice_no, ours, **more)  # type: ignore[arg-type]
    theirs = {AMOUNT: plain_yuan(fen), LINES: "、".join(numbers)}
    return Found(D.AMOUNT_DIFFERS, notice.notice_no, ours, theirs, [AMOUNT], **more)  # type: ignore[arg-type]


def _told(notice: Notice, fen: int, late: int) -> str:
    when = f"，到月底逾期 {late} 天" if late else ""
    if fen:
        return f"部分付款：已付 {yuan(fen)}，还差 {yuan(notice.total_fen - fen)}{when}。"
    return f"没有对应的流水{when}。"
