"""Bank statements for the worked month: 长春 pays 545.00, 四平 pays 5.00, 吉林 receives 600.00."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agency.batches.models import Batch
from agency.batches.services import batch_run
from agency.journal.workflow import begin
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import Role
from settlement.clearing.models import ClearingPeriod
from settlement.notices.content import NOTICE, digest_of_row
from settlement.notices.models import BankLine, Notice
from settlement.notices.services import LineContent, line_enter
from tests.settlement.clearing.conftest import confirm_rest, lay_month, sign
from tests.support.world import World, make_user

ACCOUNT = "9900000000000{}"  # as in seeds/bank_accounts.csv
CHANGCHUN, JILIN, SIPING, PROVINCE = (
    ACCOUNT.format(code) for code in ("220100", "220200", "220300", "220000")
)
NAMES = ("日期", "流水号", "方向", "金额", "对方户名", "对方账号", "摘要")
PAYS = {"direction": "in", "amount_fen": 54500, "other_account": CHANGCHUN}


def row(reference: str = "T1", **changes: str) -> dict[str, str]:
    """A line of the province's statement: 长春 pays its notice in full."""
    right = {"日期": "2026-11-24", "方向": "收", "金额": "545.00", "对方户名": "长春", "对方账号": CHANGCHUN}
    return {**right, "流水号": reference, "摘要": "", **changes}


def write(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, NAMES)
        writer.writeheader()
        writer.writerows(rows)
    return path


def lay_notices(world: World, folder: Path) -> ClearingPeriod:
    """The worked month, signed on 2026-11-20 at 13:00: three notices."""
    month = lay_month(world, folder)
    confirm_rest(month, world)
    return sign(month, world)


def load(world: World, path: Path, rows: Sequence[dict[str, str]], by: User | None = None) -> Batch:
    """Load a statement, as the system account or `by`."""
    batch, _ = batch_run(
        kind="bank", path=write(path, rows), by=by or world.system, system=world.system, at=world.now
    )
    return batch


def line(world: World, reference: str = "T1", by: User | None = None, **changes: Any) -> BankLine:
    """One line typed in: of the province's account, from an account of nobody, unless `changes` say more."""
    said = {"booked_on": dt.date(2026, 11, 24), "direction": "in", "amount_fen": 54500, **changes}
    return line_enter(
        by=by or world.prov_finance, at=world.now, said=LineContent(reference=reference, **said)
    )


def notice(serial: int) -> Notice:
    """1: 长春 pays 545.00, 2: 吉林 receives 600.00, 3: 四平 pays 5.00."""
    return Notice.objects.get(serial=serial)


def finance_of(region: str) -> User:
    """Somebody who keeps the money of a region."""
    return make_user(f"finance-{region}", Role.FINANCE, region=region)


def make_notice(
    world: World, region: PoolingRegion, total_fen: int = 54500, employee_fen: int | None = None
) -> Notice:
    """A notice to a region that pays, of a month of its own, without the clearing behind it."""
    employee_fen = total_fen if employee_fen is None else employee_fen
    made = Notice(
        notice_no="吉医保异清〔2026〕90号",
        year=2026,
        serial=90,
        category="monthly",
        period="202609",
        region=region,
        region_name=region.name,
        unit_name=region.name,
        direction="payment",
        receivable_fen=0,
        payable_fen=total_fen,
        employee_fen=employee_fen,
        resident_fen=total_fen - employee_fen,
        total_fen=total_fen,
        basis_digest="0" * 64,
        holder="省级",
        bank="银行",
        account_no=PROVINCE,
        submit_by=world.today,
        pay_by=world.today,
        issuer="省级",
        issued_at=world.now,
        issued_by=world.prov_clearing,
    )
    made.content_digest = digest_of_row(made, NOTICE)
    made.save(force_insert=True)
    begin(made, by=world.prov_clearing, at=world.now)
    return made
