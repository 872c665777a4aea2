"""Runs with differences as a comparison leaves them, and verdicts as two people give them."""

from __future__ import annotations

import io
from typing import Any

from agency.batches.services import file_keep
from agency.journal.workflow import begin, move
from agency.organisation.models import User
from settlement.reconciliation.models import Discrepancy, ReconciliationRun, RunTotal, UnreadRow
from tests.support.world import World

FUND, ACCOUNT, FEE = "基金支付总额", "个人账户", "医疗费总额"
INSTITUTION = "H22020200001"


def case(number: str, fund: str = "560.00", account: str = "140.00", **more: str) -> dict[str, str]:
    """A case as a file says it."""
    whole = {"结算编号": number, "姓名": "张三", "证件号码": "22010219900101128X", "险种": "职工"}
    return {**whole, FEE: "1000.00", FUND: fund, ACCOUNT: account, **more}


def make_run(
    world: World,
    run_no: str = "R20261199999",
    *,
    by: User | None = None,
    content: bytes = b"their file",
    **changes: Any,
) -> ReconciliationRun:
    """A run that is being compared: of 长春's clearing staff, or of whoever `by` is."""
    by = by or world.changchun_clearing
    kept = file_keep(io.BytesIO(content), name="对方明细.csv", by=by, at=world.now)
    run = ReconciliationRun.objects.create(
        **{
            "run_no": run_no,
            "period": "202610",
            "source": "region",
            "region": by.region,
            "counterpart": "吉林市",
            "file": kept,
            "file_name": "对方明细.csv",
            "compared": [FEE, FUND, ACCOUNT],
            "created_by": by,
            "created_at": world.now,
            **changes,
        }
    )
    begin(run, by=by, at=world.now)
    return run


def difference(run: ReconciliationRun, serial: int, kind: str, subject: str, **changes: Any) -> Discrepancy:
    """A difference as it was found."""
    return Discrepancy.objects.create(
        **{
            "run": run,
            "serial": serial,
            "difference_no": f"{run.run_no}-{serial}",
            "kind": kind,
            "subject": subject,
            "institution_code": INSTITUTION,
            "insured_region_code": "220100",
            "care_region_code": "220200",
            **changes,
        }
    )


def lay_run(world: World, run_no: str = "R20261199999", **changes: Any) -> ReconciliationRun:
    """Three differences: S1 only ours (700.00), S2 off by 10.00 of the fund, S9 only theirs (-700.00)."""
    run = make_run(world, run_no, **changes)
    difference(run, 1, "only_ours", "S1", ours=case("S1"), amount_fen=70000, our_correction_no=0)
    difference(
        run,
        2,
        "amount_differs",
        "S2",
        ours=case("S2"),
        theirs=case("S2", fund="550.00"),
        columns=[FUND],
        amount_fen=1000,
        our_correction_no=0,
        their_line=3,
        times=1,
    )
    difference(run, 3, "only_theirs", "S9", theirs=case("S9"), amount_fen=-70000, their_line=4, times=1)
    RunTotal.objects.create(
        run=run,
        institution_code=INSTITUTION,
        insurance_type="employee",
        care_kind="inpatient",
        agency_code="220100",
        our_count=5,
        our_fee_fen=500000,
        our_fund_fen=280000,
        our_account_fen=70000,
        their_count=5,
        their_fee_fen=500000,
        their_fund_fen=279000,
        their_account_fen=70000,
    )
    UnreadRow.objects.create(
        run=run, line_no=7, code="bad_number", column=FUND, value="一百", message="“一百”不是金额。"
    )
    compared(run, world, our_cases=5, their_rows=6, unread_rows=1, matched=3)
    return run


def compared(run: ReconciliationRun, world: World, **figures: Any) -> None:
    """The end of the comparing."""
    rows = Discrepancy.objects.filter(run=run)
    kinds = list(rows.values_list("kind", flat=True))
    move(
        run,
        "compared",
        by=world.system,
        at=world.now,
        compared_at=world.now,
        differences=len(kinds),
        counts={kind: kinds.count(kind) for kind in sorted(set(kinds))},
        ours_digest="a" * 64,
        result_digest="b" * 64,
        **figures,
    )


def judge(
    row: Discrepancy, by: User, world: World, remedy: str = "ask_them", note: str = "请对方核对"
) -> None:
    """One person's verdict."""
    given = {"remedy": remedy, "note": note, "judged_by": by, "judged_at": world.now}
    move(row, "judged", by=by, at=world.now, reason=note, **given)


def approve(row: Discrepancy, by: User, world: World) -> None:
    """Another person's yes."""
    move(row, "settled", by=by, at=world.now, approved_by=by, approved_at=world.now)


def settle_all(run: ReconciliationRun, world: World, **verdict: str) -> None:
    """Every difference has the verdict of one and the approval of another."""
    for row in Discrepancy.objects.filter(run=run).order_by("serial"):
        judge(row, world.changchun_clearing, world, **verdict)
        approve(row, world.changchun_clearing_2, world)
