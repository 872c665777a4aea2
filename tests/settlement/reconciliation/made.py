"""Comparisons made by hand: a run with the differences that a test is about, as the engine would leave it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from typing import Any

from django.db.models import Sum

from agency.batches.models import KeptFile
from agency.journal import workflow
from agency.money import parse_yuan, plain_yuan
from agency.organisation.models import PoolingRegion, User
from agency.policy.models import Parameter
from settlement.reconciliation.judging import WRITE_OFF_LIMIT
from settlement.reconciliation.models import Discrepancy, ReconciliationRun, RunTotal, UnreadRow
from settlement.reconciliation.result import stored_digest
from tests.settlement.records.files import RIGHT
from tests.support.world import World

CASES = 1000
OCTOBER, NOVEMBER = "202610", "202611"
Said = dict[str, Any]
COLUMNS = [name for name in RIGHT if name not in ("病案号", "诊断")]


def side(number: str, paid: str, **changes: str) -> dict[str, str]:
    """What one side has of a case whose fund and account come to `paid` (yuan), all of it fund."""
    given = {**RIGHT, "结算编号": number, "基金支付总额": paid, "个人账户": "0.00", **changes}
    return {name: given[name] for name in COLUMNS}


def only_ours(number: str, paid: str = "700.00", **changes: str) -> Said:
    return {"kind": "only_ours", "subject": number, "ours": side(number, paid, **changes)}


def only_theirs(number: str, paid: str = "700.00", **changes: str) -> Said:
    return {"kind": "only_theirs", "subject": number, "theirs": side(number, paid, **changes)}


def twice(number: str, paid: str = "700.00") -> Said:
    both = side(number, paid)
    return {"kind": "duplicate", "subject": number, "ours": both, "theirs": both, "times": 2}


def differing(number: str, ours: str, theirs: str, kind: str = "amount_differs", **more: Any) -> Said:
    columns = ["基金支付总额"] if ours != theirs else ["医疗费总额"]
    both = {"ours": side(number, ours), "theirs": side(number, theirs)}
    return {"kind": kind, "subject": number, "columns": columns, **both, **more}


def _worth(said: Said) -> int:
    """Ours less theirs in fund and account (fen), each row of theirs counted."""

    def paid(name: str) -> int:
        one = said.get(name, {})
        return sum(parse_yuan(one[column]) for column in ("基金支付总额", "个人账户") if column in one)

    return paid("ours") - paid("theirs") * said.get("times", 1)


def make_run(
    world: World,
    *found: Said,
    by: User | None = None,
    period: str = OCTOBER,
    region: PoolingRegion | None = None,
    source: str = "platform",
    is_compared: bool = True,
    compared_at: dt.datetime | None = None,
    **fields: Any,
) -> ReconciliationRun:
    """A compared run of these differences, in the order of their numbers; the province's unless `region`;
    or one that is being compared still."""
    by = by or world.prov_clearing
    serial = ReconciliationRun.objects.count() + 1
    digest = hashlib.sha256(f"file {serial}".encode()).hexdigest()
    kept = KeptFile.objects.create(
        digest=digest, name="their.csv", size=1, path=f"kept/{digest}", kept_by=by, kept_at=world.now
    )
    run = ReconciliationRun.objects.create(
        run_no=f"DZ202611{serial:05d}",
        period=period,
        source=source,
        region=region,
        file=kept,
        file_name="对方明细.csv",
        created_by=by,
        created_at=world.now,
        **fields,
    )
    workflow.begin(run, by=by, at=world.now)
    if not is_compared:
        return run
    add(run, *found)
    _rest(run)
    counts = Counter(said["kind"] for said in found)
    of_ours = run.discrepancies.filter(our_correction_no__isnull=False).count()
    facts = {
        "their_rows": CASES,
        "our_cases": CASES,
        "matched": CASES - of_ours,
        "differences": len(found),
        "counts": dict(counts),
        "compared": COLUMNS,
        "encoding": "utf-8",
        "ours_digest": "a" * 64,
        "result_digest": stored_digest(run),
        "compared_at": compared_at or world.now,
    }
    workflow.move(run, "compared", by=by, at=world.now, **facts)
    return run


def _rest(run: ReconciliationRun) -> None:
    """The totals: all cases of both sides, as far apart as the differences are."""
    apart = run.discrepancies.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    counts = {f"{who}_{what}count": CASES for who in ("our", "their") for what in ("", "gross_")}
    RunTotal.objects.create(run=run, our_fund_fen=apart, our_gross_fund_fen=apart, agrees=not apart, **counts)


def add(run: ReconciliationRun, *found: Said) -> None:
    """Differences of a run that is not compared yet."""
    Discrepancy.objects.bulk_create(
        Discrepancy(
            run=run,
            serial=serial,
            difference_no=f"{run.run_no}-{serial:05d}",
            amount_fen=said.pop("amount_fen", _worth(said)),
            their_line=serial + 1 if "theirs" in said else 0,
            our_correction_no=0 if "ours" in said else None,
            **{
                "institution_code": "H22020200001",
                "insured_region_code": "220100",
                "care_region_code": "220200",
                "columns": [],
                **said,
            },
        )
        for serial, said in enumerate(map(dict, found), start=1)
    )


def own_limit(world: World, region: PoolingRegion, fen: int) -> None:
    """A region's own limit of what is written off."""
    common = Parameter.objects.get(key=WRITE_OFF_LIMIT)
    told = {"value_type": common.value_type, "label": common.label, "source": "[P]"}
    Parameter.objects.create(key=common.key, region=region, value=str(fen), valid_from=world.today, **told)


def difference(number: str) -> Discrepancy:
    """The newest difference of a settlement number, as it is now."""
    return Discrepancy.objects.select_related("run", "pair").filter(subject=number).latest("pk")


def keys(*numbers: str) -> list[int]:
    return [difference(number).pk for number in numbers]


def total(run: ReconciliationRun, institution: str, ours: str, theirs: str, **more: Any) -> RunTotal:
    """A line of the totals: one case, its fund on both sides (yuan)."""
    mine, other = parse_yuan(ours), parse_yuan(theirs)
    sums = {
        f"{who}_{what}fund_fen": fen
        for who, fen in (("our", mine), ("their", other))
        for what in ("", "gross_")
    }
    counts = {f"{who}_{what}count": 1 for who in ("our", "their") for what in ("", "gross_")}
    group = {"insurance_type": "employee", "care_kind": "inpatient", "agency_code": "220100", **more}
    return RunTotal.objects.create(
        run=run, institution_code=institution, agrees=mine == other, **group, **sums, **counts
    )


def unread(
    run: ReconciliationRun, line_no: int, column: str = "医疗费总额", value: str = "12.345"
) -> UnreadRow:
    return UnreadRow.objects.create(
        run=run, line_no=line_no, code="bad_number", column=column, value=value, message="小数超过两位。"
    )


def minus(paid: str) -> str:
    return plain_yuan(-parse_yuan(paid))
