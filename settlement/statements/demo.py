"""演示数据: 长春's signed month confirmed, answered and paid in part; its open month drawn up."""

from __future__ import annotations

import datetime as dt

from agency.organisation.models import Institution, PoolingRegion, User
from agency.periods import SHANGHAI
from agency.seeding import Tally
from settlement.clearing.changes import has_changed_since
from settlement.clearing.selectors import month_named
from settlement.statements.models import InstitutionAccount, InstitutionStatement, StatementDrawing
from settlement.statements.payments import statements_pay
from settlement.statements.services import statement_answer, statements_confirm, statements_draw
from settlement.statements.states import StatementState

SIGNED, OPEN, REGION = "202609", "202610", "220100"
CONFIRMER, RECORDER, PAYER = "cc_clearing", "cc_clearing2", "cc_finance"
ACCOUNTS, SENT, AGREED, PAID = 8, 12, 8, 3


def demo_reconciled(tally: Tally, now: dt.datetime) -> None:
    """Once; a second run leaves all as it is."""
    region = PoolingRegion.objects.get(code=REGION)
    people = {user.username: user for user in User.objects.filter(username__in=(CONFIRMER, RECORDER, PAYER))}
    rows = InstitutionStatement.objects.filter(period__period=SIGNED, care_region=region, is_final=True)
    if len(people) == 3 and rows.exists() and not rows.exclude(state=StatementState.DRAWN).exists():
        _accounts(region, tally)
        tally.created += _reconcile(list(rows.order_by("-payable_fen")[:SENT]), region, people, now)
    _draw_open(region, people, tally, now)


def _reconcile(
    statements: list[InstitutionStatement], region: PoolingRegion, people: dict[str, User], now: dt.datetime
) -> int:
    today = now.astimezone(SHANGHAI).date()
    numbers = [row.statement_no for row in statements]
    statements_confirm(period=SIGNED, region=region, by=people[CONFIRMER], at=now, numbers=numbers)
    for place, row in enumerate(statements[: AGREED + 1]):
        statement_answer(
            statement=row,
            by=people[RECORDER],
            at=now,
            contact="医保科 马丽",
            answered_on=today,
            dispute_reason="" if place < AGREED else "两笔退费未计入",
        )
    statements_pay(
        period=SIGNED,
        region=region,
        numbers=numbers[:PAID],
        by=people[PAYER],
        at=now,
        paid_on=today,
        voucher_no="付字第0021号",
    )
    return len(numbers)


def _accounts(region: PoolingRegion, tally: Tally) -> None:
    for row in (
        Institution.objects.filter(statements__care_region=region).distinct().order_by("code")[:ACCOUNTS]
    ):
        _, is_new = InstitutionAccount.objects.get_or_create(
            institution=row,
            defaults={
                "account_name": row.name or row.code,
                "bank": "吉林银行长春分行",
                "account_no": f"0710{row.code[1:]}",
                "source": "演示",
            },
        )
        tally.created += is_new


def _draw_open(region: PoolingRegion, people: dict[str, User], tally: Tally, now: dt.datetime) -> None:
    month = month_named(OPEN)
    if month is None or month.computed_at is None or month.is_signed or has_changed_since(month):
        return
    if CONFIRMER in people and not StatementDrawing.objects.filter(period=month, care_region=region).exists():
        drawn = statements_draw(period=OPEN, region=region, by=people[CONFIRMER], at=now)
        tally.created += drawn.statements
