"""只有合计作为来源: their totals beside ours, group by group; what differs is a difference to be judged.

Ours are added up by what their file says, in the database. `without_refunds`: their figures leave refunds
out, and so do ours. A group that does not agree is opened by a run over details.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, IntegerField, Q, Sum, Value, When

from agency.errors import DomainError
from agency.money import plain_yuan
from agency.organisation import access
from agency.organisation.models import Institution, PoolingRegion, User
from agency.organisation.roles import May
from agency.periods import is_period, last_day
from agency.policy.care import CareKind
from agency.policy.insurance import InsuranceType
from settlement.reconciliation.kinds import Cause, DiscrepancyKind, Remedy, SourceKind
from settlement.reconciliation.models import ColumnMapping, ReconciliationRun, RunTotal
from settlement.reconciliation.opening import SENTENCE, Found, Outcome, run_open, run_written
from settlement.reconciliation.report import text_digest
from settlement.reconciliation.selectors import ours_of
from settlement.reconciliation.totals_file import (
    ACCOUNT,
    AGENCY,
    CARE,
    COUNT,
    FEE,
    FIGURES,
    FUND,
    GROSS,
    INSTITUTION,
    INSURANCE,
    KEYS,
    Figures,
    Key,
    TheirTotals,
    read_totals,
)

D = DiscrepancyKind
OF_KEYS = {
    INSTITUTION: "institution__code",
    INSURANCE: "insurance_type",
    CARE: "care_kind",
    AGENCY: "insured_region__code",
}
OF_FIGURES = {FEE: "total_fee_fen", FUND: "fund_total_fen", ACCOUNT: "personal_account_pay_fen"}
STORED = {COUNT: "count", FEE: "fee_fen", FUND: "fund_fen", ACCOUNT: "account_fen"}


@transaction.atomic
def run_of_totals(
    *,
    period: str,
    content: bytes,
    file_name: str,
    by: User,
    at: dt.datetime,
    scope_region: PoolingRegion | None = None,
    scope_institution: Institution | None = None,
    without_refunds: bool = False,
    columns: Mapping[str, str] | None = None,
    mapping: ColumnMapping | None = None,
    by_command: bool = False,
) -> ReconciliationRun:
    """对总账: their totals of a settlement month beside ours. DomainError (nothing kept) for another file."""
    access.require(by, May.RECONCILE)
    if not is_period(period):
        raise DomainError("bad_period", f"“{period}”不是期别：请写成六位年月，如 202610。", field="period")
    agreed = columns if columns is not None or mapping is None else mapping.columns
    theirs = read_totals(content, file_name, last_day(period), agreed)
    run = run_open(
        period=period,
        source=SourceKind.TOTALS,
        content=content,
        file_name=file_name,
        by=by,
        at=at,
        scope_region=scope_region,
        scope_institution=scope_institution,
        by_command=by_command,
        mapping=mapping,
        columns=theirs.columns,
    )
    if without_refunds:
        theirs = _as_gross(theirs)
    return run_written(run, outcome_of(theirs, ours_grouped(run, theirs.keys)), by=by, at=at)


def _as_gross(theirs: TheirTotals) -> TheirTotals:
    """The same file, said to leave refunds out: its plain figures are those without refunds."""
    for figures in theirs.groups.values():
        for name in FIGURES:
            if name in figures:
                figures.setdefault(f"{name}{GROSS}", figures.pop(name))
    columns = {
        (f"{name}{GROSS}" if name in FIGURES else name): heading for name, heading in theirs.columns.items()
    }
    theirs.columns = columns
    theirs.notes.append("对方的合计不含退费，与我方不含退费的合计比对。")
    return theirs


# --- ours ---------------------------------------------------------------------------------------------------


def ours_grouped(run: ReconciliationRun, keys: tuple[str, ...]) -> dict[Key, Figures]:
    """Our figures by some of the keys, with refunds and without; one statement."""
    kept = Q(is_reversal=False)
    one = Case(When(is_reversal=True, then=Value(-1)), default=Value(1), output_field=IntegerField())
    sums: dict[str, Any] = {"f_count": Sum(one), "g_count": Count("pk", filter=kept)}
    for name, column in OF_FIGURES.items():
        sums |= {f"f_{STORED[name]}": Sum(column), f"g_{STORED[name]}": Sum(column, filter=kept)}
    ours, by = ours_of(run), [OF_KEYS[name] for name in keys]
    rows = ours.values(*by).annotate(**sums) if by else [ours.aggregate(**sums)]
    found: dict[Key, Figures] = {}
    for row in rows:
        key = tuple(row[OF_KEYS[name]] if name in keys else "" for name in KEYS)
        plain = {name: int(row[f"f_{STORED[name]}"] or 0) for name in FIGURES}
        gross = {f"{name}{GROSS}": int(row[f"g_{STORED[name]}"] or 0) for name in FIGURES}
        found[key] = plain | gross  # type: ignore[index]
    return found


# --- both ---------------------------------------------------------------------------------------------------


def outcome_of(theirs: TheirTotals, ours: dict[Key, Figures]) -> Outcome:
    """Every group on both sides, those that differ as differences, in the order of their keys."""
    both = sorted({*ours, *theirs.groups})
    totals = [_total(key, ours.get(key), theirs) for key in both]
    regions = dict(PoolingRegion.objects.values_list("code", "name"))
    apart = [key for key, total in zip(both, totals, strict=True) if not total.agrees]
    found = [_found(key, ours.get(key), theirs, regions) for key in apart]
    of_ours = sum(bool(one.ours) for one in found)
    return Outcome(
        found=found,
        our_cases=len(ours),
        their_rows=theirs.rows,
        matched=len(ours) - of_ours,
        ours_digest=text_digest([[key, ours[key]] for key in sorted(ours)]),
        compared=[*theirs.keys, *theirs.figures],
        encoding=theirs.encoding,
        notes=theirs.notes,
        unread=theirs.unread,
        totals=totals,
    )


def _total(key: Key, ours: Figures | None, theirs: TheirTotals) -> RunTotal:
    """A group on both sides; what nets to nil and the other side does not name agrees."""
    figures = theirs.groups.get(key) or dict.fromkeys(theirs.figures, 0)
    fields = ("institution_code", "insurance_type", "care_kind", "agency_code")
    row = RunTotal(**dict(zip(fields, key, strict=True)))
    row.agrees = key not in theirs.twice and not _differing(ours or {}, figures)
    for side, values in (("our", ours or {}), ("their", figures)):
        for name in FIGURES:
            setattr(row, f"{side}_{STORED[name]}", values.get(name, 0))
            setattr(row, f"{side}_gross_{STORED[name]}", values.get(f"{name}{GROSS}", 0))
    return row


def _differing(ours: Figures, theirs: Figures) -> list[str]:
    """The figures of their file on which the two do not agree."""
    return [name for name in theirs if theirs[name] != ours.get(name, 0)]


def _found(key: Key, ours: Figures | None, theirs: TheirTotals, regions: dict[str, str]) -> Found:
    figures = theirs.groups.get(key)
    if figures is None:
        kind = D.ONLY_OURS
    elif key in theirs.twice:
        kind = D.DUPLICATE
    else:
        kind = D.AMOUNT_DIFFERS if ours is not None else D.ONLY_THEIRS
    cause, told = _cause(ours, figures)
    names = dict(_names(key, regions))
    return Found(
        kind=kind,
        subject=" ".join(names.values()) or "全部",
        ours={**names, **_texts(ours, theirs)} if ours is not None else {},
        theirs={**names, **_texts(figures, theirs)} if figures is not None else {},
        columns=_differing(ours, figures) if ours is not None and figures is not None else [],
        amount_fen=_worth(ours, theirs) - _worth(figures, theirs),
        their_line=theirs.lines.get(key, 0),
        times=0 if figures is None else max(1, theirs.twice[key]),
        institution_code=key[0],
        insured_region_code=key[3],
        cause=cause,
        evidence={SENTENCE: told},
        proposed=Remedy.ASK_THEM if cause or kind == D.DUPLICATE else "",
    )


def _names(key: Key, regions: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The keys of a group in words; those that the file says."""
    institution, insurance, care, agency = key
    said = {
        INSTITUTION: institution,
        INSURANCE: str(InsuranceType(insurance).label) if insurance else "",
        CARE: str(CareKind(care).label) if care else "",
        AGENCY: regions.get(agency, agency),
    }
    yield from ((name, text) for name, text in said.items() if text)


def _texts(figures: Figures | None, theirs: TheirTotals) -> dict[str, str]:
    """The figures that are compared, as text of a file."""
    return {
        name: str((figures or {}).get(name, 0))
        if name.startswith(COUNT)
        else plain_yuan((figures or {}).get(name, 0))
        for name in theirs.figures
    }


def _worth(figures: Figures | None, theirs: TheirTotals) -> int:
    """Fund and account of one side, with refunds where the file says so, of what the file has."""
    gross = "" if FUND in theirs.columns or ACCOUNT in theirs.columns else GROSS
    names = [f"{name}{gross}" for name in (FUND, ACCOUNT) if f"{name}{gross}" in theirs.columns]
    return sum((figures or {}).get(name, 0) for name in names)


def _cause(ours: Figures | None, theirs: Figures | None) -> tuple[str, str]:
    """What a difference most likely comes from, and why; the figures themselves say it, or nothing does."""
    if ours is None or theirs is None:
        return "", "这一组只有一方有，请用明细对账找出是哪几笔。"
    plain = {name: value for name, value in theirs.items() if name in FIGURES}
    without = {name: ours[f"{name}{GROSS}"] for name in plain}
    if plain and plain == without and any(plain[name] != ours[name] for name in plain):
        return Cause.REVERSAL_PAIR, "对方的合计等于我方不含退费的合计：对方没有算退费。"
    both = ours[FUND] + ours[ACCOUNT]
    if ours[ACCOUNT] and theirs.get(FUND) == both and theirs.get(ACCOUNT, 0) in (0, ours[ACCOUNT]):
        return Cause.ACCOUNT_SHARE, "对方的基金等于我方的基金加个人账户：对方把个人账户算在基金里。"
    return "", "合计不符，请用明细对账找出是哪几笔。"
