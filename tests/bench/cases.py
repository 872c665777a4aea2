"""Millions of made-up cases, by one statement of the database: the same on every run.

The shares of the regions, places and kinds follow from the number of the row; identity numbers are those of
the register of `population.make_people` where there is one.
"""

from __future__ import annotations

from django.db import connection

from agency.organisation.models import Institution, PoolingRegion
from settlement.records.models import SettlementRecord
from tests.bench.population import SHARES

TABLE = SettlementRecord._meta.db_table
PLACES = ("220102", "220202", "220221", "222401", "370202", "110105", "210102", "220502")
KINDS = ("inpatient", "outpatient", "chronic_outpatient", "pharmacy")
CODES = ("21", "11", "14", "41")
NAMES = "王李张刘陈杨赵黄周吴"
HOSPITALS = 40
MONTHS = 12

SERIES = {
    "postgresql": "SELECT n FROM generate_series({first}::bigint, {last}) AS n",
    "sqlite": (
        "WITH RECURSIVE series(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM series WHERE n < {last})"
        " SELECT n FROM series"
    ),
}
DAY = {
    "postgresql": "(DATE '{start}' + ((n - {first}) * {days} / {rows})::int + {more})",
    "sqlite": "date('{start}', '+' || ((n - {first}) * {days} / {rows} + {more}) || ' days')",
}
MONTH = {"postgresql": "to_char({day}, 'YYYYMM')", "sqlite": "strftime('%Y%m', {day})"}
FUND = "(n * 7919 % 900000)"  # fen: of any size at any time of a month
MIXED = "CAST((n * 7919 + n / 97) % {of} AS integer)"


def make_cases(
    rows: int, *, people: int = 0, start: str = "2025-11-01", days: int = 360, first: int = 1
) -> None:
    """Cases spread over `days` from `start` on (settled four days later), numbered from `first`; of the
    register's first `people` with their insurance, if any."""
    vendor = connection.vendor
    begins = DAY[vendor].format(start=start, days=days, rows=rows, first=first, more=0)
    settled = DAY[vendor].format(start=start, days=days, rows=rows, first=first, more=4)
    month = MONTH[vendor].format(day=settled)
    person = "'22010219' || (10000000 + n % 2000000)" if not people else "person.cert_no"
    join = (
        f"JOIN filings_insuredperson AS person ON person.id = n % {people} + 1"
        " JOIN filings_enrolment AS enrolment ON enrolment.person_id = person.id"
        if people
        else ""
    )
    area = "enrolment.area_code" if people else _nth(list(SHARES), 100)
    region = "enrolment.region_id" if people else _nth(_region_keys(), 100, text=False)
    columns = {
        "settlement_no": "'S' || (1000000000 + n)",
        "correction_no": "0",
        "line_no": "n",
        "period": month,
        "settlement_month": month,
        "person_no": "'P' || n",
        "cert_type": "'01'",
        "cert_no": person,
        "person_name": f"{_letter(10)} || {_letter(7)} || {_letter(9)}",
        "insurance_type": "CASE WHEN n % 3 = 0 THEN 'resident' ELSE 'employee' END",
        "insured_area_code": area,
        "care_area_code": _nth(list(PLACES), len(PLACES)),
        "insured_region_id": region,
        "care_region_id": _nth([str(_care_region(code)) for code in PLACES], len(PLACES), text=False),
        "institution_id": f"{_first_institution()} + {MIXED.format(of=HOSPITALS)}",
        "care_type_code": _nth(list(CODES), len(CODES)),
        "care_kind": _nth(list(KINDS), len(KINDS)),
        "admitted_on": f"CASE WHEN {MIXED.format(of=len(KINDS))} = 0 THEN {begins} END",
        "discharged_on": f"CASE WHEN {MIXED.format(of=len(KINDS))} = 0 THEN {settled} END",
        "settled_at": f"{settled} || ' 02:00:00'" if vendor == "sqlite" else f"{settled} + TIME '02:00:00'",
        "medical_record_no": "''",
        "diagnosis": "'高血压'",
        **dict.fromkeys(ZEROS, "0"),
        "total_fee_fen": f"{FUND} + 5000",
        "in_scope_fen": f"{FUND} + 5000",
        "fund_total_fen": FUND,
        "pooling_pay_fen": FUND,
        "cash_pay_fen": "5000",
        "is_reversal": "false",
        "reverses_no": "''",
        "content_digest": "'" + "0" * 32 + "'",
    }  # fmt: skip
    series = SERIES[vendor].format(first=first, last=first + rows - 1)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} ({', '.join(columns)})"
            f" SELECT {', '.join(columns.values())} FROM ({series}) AS numbers {join}"
        )


ZEROS = (
    "full_self_pay_fen", "over_limit_self_pay_fen", "prior_self_pay_fen", "deductible_fen",
    "critical_illness_pay_fen", "large_expense_pay_fen", "civil_servant_pay_fen", "enterprise_pay_fen",
    "medical_assistance_pay_fen", "other_pay_fen", "personal_account_pay_fen", "hospital_pay_fen",
)  # fmt: skip


def _letter(of: int) -> str:
    return f"substr('{NAMES}', 1 + {MIXED.format(of=of)}, 1)"


def _first_institution() -> int:
    """The directory comes from the seeds, with keys in a row."""
    return Institution.objects.order_by("pk").values_list("pk", flat=True)[0]


def _region_keys() -> list[str]:
    """The keys of the regions, in the order of their shares."""
    known = dict(PoolingRegion.objects.values_list("code", "pk"))
    return [str(known[code]) for code in SHARES]


def _care_region(area: str) -> int:
    code = f"{area[:4]}00" if area.startswith("22") else f"{area[:2]}0000"
    return PoolingRegion.objects.get(code=code).pk


def _nth(values: list[str], of: int, *, text: bool = True) -> str:
    """CASE over the mixed number: of a hundred as the regions share them, else each alike."""
    quoted = [f"'{value}'" if text else value for value in values]
    mixed = MIXED.format(of=of)
    if of != 100:
        whens = " ".join(f"WHEN {at} THEN {value}" for at, value in enumerate(quoted[:-1]))
        return f"CASE {mixed} {whens} ELSE {quoted[-1]} END"
    whens, upto = [], 0
    for share, value in zip(SHARES.values(), quoted, strict=True):
        upto += share
        whens.append(f"WHEN {mixed} < {upto} THEN {value}")
    return f"CASE {' '.join(whens)} ELSE {quoted[-1]} END"
