"""A planted month in the database: our books, and a run with its differences, found the plain way.

The classes are told here once more, row by row in Python and by interfaces.md alone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.db import connection

from agency.batches.models import KeptFile
from agency.organisation.models import Institution
from agency.periods import SHANGHAI, period_of
from filings.models import Filing, InsuredPerson
from settlement.deductions.models import Deduction
from settlement.matching.services import match_period
from settlement.reconciliation.doctor_repeats import STAGED
from settlement.reconciliation.fields import FIELDS, FieldKind
from settlement.reconciliation.kinds import DiscrepancyKind, SourceKind
from settlement.reconciliation.models import Discrepancy, ReconciliationRun, RunTotal
from settlement.reconciliation.states import RunState
from settlement.records.content import AMOUNT_FIELDS
from settlement.records.load import register_institutions
from settlement.records.models import SettlementRecord
from settlement.records.reference import Reference, read_reference
from settlement.records.rules import AMOUNT_NAMES
from tests.bench.timing import fill
from tests.settlement.reconciliation.planted import AT, COLUMNS, OUTSIDE, PLACES, Month, Planted, Row, texts
from tests.support.world import World

K = DiscrepancyKind
INSURANCE = {"310": "employee", "390": "resident"}
BLOCK = 2_000
FIELD_OF = {
    **dict(zip(AMOUNT_NAMES, AMOUNT_FIELDS, strict=True)),
    "结算编号": "settlement_no", "人员编号": "person_no", "证件类型": "cert_type", "证件号码": "cert_no",
    "姓名": "person_name", "险种": "insurance_type", "参保地区划": "insured_area_code",
    "就医地区划": "care_area_code", "定点医药机构编号": "institution_code",
    "定点医药机构名称": "institution_name", "医疗类别": "care_type_code", "入院日期": "admitted_on",
    "出院日期": "discharged_on", "结算时间": "settled_at", "退费标志": "reversal_flag",
    "原结算编号": "reverses_no",
}  # fmt: skip
AMOUNTS = [name for name in COLUMNS if name in AMOUNT_NAMES]


def lay(month: Month, world: World, *, filed: bool = True) -> ReconciliationRun:
    """Our books of the month, with filings of all but the unfiled unless nobody has filed, and a run over
    their file with all its differences; not diagnosed yet."""
    cases = list(month.cases())
    lay_books(cases, world)
    if filed:
        lay_filings(cases, {person.cert_no for person in month.unfiled}, world)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as in a database that has been running
    match_period(month.period, at=world.now)
    return lay_run(cases, world, month.period)


def lay_books(cases: Sequence[Planted], world: World) -> None:
    """Our cases, those of the months beside, and deductions."""
    rows = [row for planted in cases for row in (*planted.ours, *planted.other_months)]
    codes = {row[AT["定点医药机构编号"]] for row in rows}
    codes |= {f"H{place}{number:05d}" for place in (*PLACES, *OUTSIDE) for number in (31, 32)}
    register_institutions(dict.fromkeys(sorted(codes), "某医院"))
    hospitals = dict(Institution.objects.values_list("code", "pk"))
    fill(SettlementRecord._meta.db_table, RECORD, records(rows, hospitals, read_reference()))
    lay_deductions([item for planted in cases for item in planted.deductions])


def lay_run(cases: Sequence[Planted], world: World, period: str, **values: Any) -> ReconciliationRun:
    """A run over their rows, with its differences."""
    ours, theirs = ([row for one in cases for row in getattr(one, side)] for side in ("ours", "theirs"))
    state = values.pop("state", RunState.COMPARING)
    run = make_run(world, period, **values)
    gross = sum(row[AT["退费标志"]] == "0" for row in ours)
    RunTotal.objects.create(run=run, our_count=2 * gross - len(ours), our_gross_count=gross)
    stage(theirs)
    write_differences(run, ours, theirs)
    ReconciliationRun.objects.filter(pk=run.pk).update(state=state)
    run.refresh_from_db()
    return run


RECORD = (
    "settlement_no", "line_no", "period", "settlement_month", "person_no", "cert_type", "cert_no",
    "person_name", "insurance_type", "insured_area_code", "care_area_code", "insured_region_id",
    "care_region_id", "institution_id", "care_type_code", "care_kind", "admitted_on", "discharged_on",
    "settled_at", "is_reversal", "reverses_no", *(FIELD_OF[name] for name in AMOUNTS), "correction_no",
    "medical_record_no", "diagnosis", "hospital_pay_fen", "content_digest",
)  # fmt: skip


def records(
    rows: Iterable[Row], hospitals: dict[str, int], reference: Reference
) -> Iterator[tuple[Any, ...]]:
    for line, row in enumerate(rows, 1):
        told = dict(zip(COLUMNS, row, strict=True))
        at = moment(told["结算时间"])
        month = period_of(at)
        insured, care = (_region(reference, told[name], at) for name in ("参保地区划", "就医地区划"))
        yield (
            told["结算编号"], line, month, month, told["人员编号"], told["证件类型"], told["证件号码"],
            told["姓名"], INSURANCE[told["险种"]], told["参保地区划"], told["就医地区划"], insured, care,
            hospitals[told["定点医药机构编号"]], told["医疗类别"], _kind(reference, told["医疗类别"], at),
            told["入院日期"] or None, told["出院日期"] or None,
            at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S"), told["退费标志"] == "1",
            told["原结算编号"], *(told[name] for name in AMOUNTS), 0, "", "", 0, "0" * 32,
        )  # fmt: skip


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def _region(reference: Reference, code: str, at: dt.datetime) -> int:
    region = reference.areas.region_id(code, at.date())
    assert region is not None, code
    return region


def _kind(reference: Reference, code: str, at: dt.datetime) -> str:
    kind = reference.care_kind(code, at.date())
    assert kind is not None, code
    return kind


def lay_deductions(deductions: Sequence[tuple[str, int]]) -> None:
    """Deductions by settlement number, in fen."""
    rows = SettlementRecord.objects.filter(settlement_no__in=[number for number, _ in deductions])
    by_number = {row.settlement_no: row for row in rows}
    first = Deduction.objects.count() + 1
    Deduction.objects.bulk_create(
        [_deduction(serial, by_number[number], fen) for serial, (number, fen) in enumerate(deductions, first)]
    )


def _deduction(serial: int, record: SettlementRecord, fen: int) -> Deduction:
    taken = ("period", "insured_region_id", "care_region_id", "insurance_type", "care_kind", "institution_id")
    return Deduction(
        **{name: getattr(record, name) for name in taken},
        record=record,
        deduction_no=f"D{serial:09d}",
        stated_period=record.period,
        kind="audit_disallowance",
        reason="重复收费",
        amount_fen=fen,
        content_digest=f"{serial:032d}",
    )


def lay_filings(cases: Iterable[Planted], unfiled: set[str], world: World) -> None:
    """A filing, without an end, for every place where somebody goes; for all but the unfiled."""
    columns = ("证件号码", "就医地区划", "参保地区划")
    wanted = {tuple(row[AT[name]] for name in columns) for planted in cases for row in planted.ours}
    filed = sorted(one for one in wanted if one[0] not in unfiled)
    people = sorted({cert_no for cert_no, _, _ in filed})
    born = dt.date(1961, 3, 15)
    InsuredPerson.objects.bulk_create(
        InsuredPerson(
            person_no=f"R{serial:09d}", cert_type="01", cert_no=cert_no, name="某人", sex="female",
            birth_date=born,
        )
        for serial, cert_no in enumerate(people, 1)
    )  # fmt: skip
    keys = dict(InsuredPerson.objects.values_list("cert_no", "pk"))
    reference = read_reference()
    rows = (
        _filing(serial, keys[cert_no], home, place, reference, world)
        for serial, (cert_no, place, home) in enumerate(filed, 1)
    )
    first = next(rows, None)
    if first is not None:
        filled = (list(row.values()) for row in chain([first], rows))
        fill(Filing._meta.db_table, list(first), filled)


def _filing(
    serial: int, person: int, home: str, place: str, reference: Reference, world: World
) -> dict[str, Any]:
    blank = {
        field.column: field.get_default() for field in Filing._meta.concrete_fields if not field.generated
    }
    del blank["id"]
    at = moment("2026-01-05 10:00:00")
    return {
        **blank, "filing_no": f"F{serial:011d}", "person_id": person, "insurance_type": "employee",
        "insured_region_id": _region(reference, home, at), "care_region_id": _region(reference, place, at),
        "category": "working", "kind": "long_term_residence", "care_place_name": place,
        "care_area_code": f"{place[:4]}00" if place in OUTSIDE else place, "received_on": "2026-01-05",
        "begins_on": "2026-01-05", "state": "in_force", "taken_in_by_id": world.clerk.pk,
        "taken_in_at": str(at), "submitted_at": str(at), "reviewed_by_id": world.reviewer.pk,
        "reviewed_at": str(at), "effective_at": str(at),
    }  # fmt: skip


# --- the run ------------------------------------------------------------


def make_run(world: World, period: str, **values: Any) -> ReconciliationRun:
    """A run over a kept file, of the province unless told otherwise; every column is compared."""
    serial = ReconciliationRun.objects.count() + 1
    file = KeptFile.objects.create(
        digest=f"{serial:064d}", name="theirs.csv", size=1, path="theirs", kept_by=world.system,
        kept_at=world.now,
    )  # fmt: skip
    given: dict[str, Any] = {
        "source": SourceKind.PLATFORM,
        "compared": list(COLUMNS),
        "state": RunState.COMPARING,
        "created_by": world.prov_clearing,
        "created_at": world.now,
    }
    return ReconciliationRun.objects.create(
        run_no=f"DZ{serial:08d}", period=period, file=file, file_name="theirs.csv", **{**given, **values}
    )


def stage(rows: Iterable[Row]) -> None:
    """Those of their rows that repeat, in the table that a run has while it is diagnosed."""
    declared = ", ".join(
        f"{field.column} {'bigint' if field.kind is FieldKind.FEN else 'text'}" for field in FIELDS
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {STAGED}")
        cursor.execute(f"CREATE TEMPORARY TABLE {STAGED} (line_no integer, {declared})")
        cursor.execute(f"CREATE INDEX {STAGED}_number ON {STAGED} (settlement_no)")
    names = ("line_no", *(FIELD_OF[name] for name in COLUMNS))
    lines = list(enumerate(rows, 2))
    times = Counter(row[AT["结算编号"]] for _, row in lines)
    fill(STAGED, names, ((line, *row) for line, row in lines if times[row[AT["结算编号"]]] > 1))


def write_differences(run: ReconciliationRun, ours: Sequence[Row], theirs: Sequence[Row]) -> None:
    """Every settlement number that does not agree, in their order."""
    number, reference = AT["结算编号"], read_reference()
    mine = {row[number]: row for row in ours}
    other: dict[str, list[tuple[int, Row]]] = {}
    for line, row in enumerate(theirs, 2):
        other.setdefault(row[number], []).append((line, row))
    found = []
    for subject in sorted({*mine, *other}):
        lines = other.get(subject, [])
        kind, columns = classify(mine.get(subject), [row for _, row in lines], run.period, reference)
        if kind:
            serial = len(found) + 1
            found.append(_difference(run, serial, kind, subject, columns, mine.get(subject), lines))
    Discrepancy.objects.bulk_create(found, batch_size=BLOCK)


def classify(
    ours: Row | None, theirs: Sequence[Row], period: str, reference: Reference
) -> tuple[str, list[str]]:
    """The first class that applies, "" for 相符; and the columns that differ."""
    if not theirs:
        return K.ONLY_OURS, []
    columns = [] if ours is None else _differing(ours, theirs[0], period, reference)
    if len(theirs) > 1:
        return K.DUPLICATE, columns
    if ours is None:
        return K.ONLY_THEIRS, []
    owner = {"证件号码", "姓名", "参保地区划", "就医地区划", "险种", "定点医药机构编号", "医疗类别"}
    in_turn = (
        (K.REVERSAL_DIFFERS, {"退费标志"}),
        (K.OWNER_DIFFERS, owner),
        (K.PERIOD_DIFFERS, {"结算时间"}),
        (K.AMOUNT_DIFFERS, set(AMOUNT_NAMES)),
    )
    return next((kind for kind, names in in_turn if names & set(columns)), ""), columns


def _differing(ours: Row, theirs: Row, period: str, reference: Reference) -> list[str]:
    pairs = zip(COLUMNS, ours, theirs, strict=True)
    differing = [name for name, mine, other in pairs if mine != other]
    at = moment(theirs[AT["结算时间"]])
    means = {
        "结算时间": lambda text: period_of(moment(text)),
        "参保地区划": lambda text: reference.areas.region_id(text, at.date()),
        "就医地区划": lambda text: reference.areas.region_id(text, at.date()),
        "医疗类别": lambda text: reference.care_kind(text, at.date()),
    }
    shown = {"人员编号", "定点医药机构名称", "入院日期", "出院日期", "证件类型", "原结算编号"}
    return [
        name
        for name in differing
        if name not in shown
        and (name not in means or means[name](ours[AT[name]]) != means[name](theirs[AT[name]]))
    ]


def _difference(
    run: ReconciliationRun,
    serial: int,
    kind: str,
    subject: str,
    columns: list[str],
    ours: Row | None,
    lines: Sequence[tuple[int, Row]],
) -> Discrepancy:
    line, theirs = lines[0] if lines else (0, None)
    return Discrepancy(
        run=run,
        serial=serial,
        difference_no=f"{run.run_no}-{serial}",
        kind=kind,
        subject=subject,
        our_correction_no=None if ours is None else 0,
        their_line=line,
        times=len(lines),
        columns=columns,
        ours=_told(ours),
        theirs=_told(theirs),
        amount_fen=_worth(ours) - sum(_worth(row) for _, row in lines),
    )


def _told(row: Row | None) -> dict[str, str]:
    return {} if row is None else dict(zip(COLUMNS, texts(row), strict=True))


def _worth(row: Row | None) -> int:
    return 0 if row is None else row[AT["基金支付总额"]] + row[AT["个人账户"]]
