"""核对账目: damage to rounds, quotas, warnings, increases and their notices is found and named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection

from agency.journal.books import check_all
from settlement.clearing.services import period_compute
from settlement.quotas import checks, use_checks
from settlement.quotas.increases import increase_approve, increase_ask
from settlement.quotas.use_models import FundWarning
from tests.settlement.clearing.conftest import load_rows
from tests.settlement.clearing.damages import unguarded
from tests.settlement.notices.statement import finance_of
from tests.settlement.quotas.conftest import case, lay_quota, use
from tests.support.ground import Ground
from tests.support.world import World

QUOTA, ROUND, ITEM, BASE, INCREASE = (
    f"settlement_quota{name}" for name in ("", "round", "item", "base", "increase")
)
WARNING, NOTICE = "settlement_fundwarning", "settlement_notice"
CHANGCHUN = "region_id = (SELECT id FROM agency_poolingregion WHERE code = '220100')"
OF_ITEM = f"insurance_type = 'employee' AND {CHANGCHUN}"
OCTOBER = "(SELECT id FROM settlement_clearingperiod WHERE period = '202610')"
OF_NOTICE = "subject_no = 'JZ202701-001'"

# damage → the check that finds it, and what it names
DAMAGES = {
    "a raised quota": (
        f"UPDATE {QUOTA} SET quota_fen = quota_fen + 1 WHERE item_id IS NOT NULL AND {OF_ITEM}",
        (checks.AS_APPROVED, "额度 长春市 职工 2027-01-01", "与批准的核定不同"),
    ),
    "a quota from another day": (
        f"UPDATE {QUOTA} SET effective_from = '2027-01-15' WHERE increase_id IS NOT NULL",
        (checks.AS_APPROVED, "加急调增 JZ202701-001", "已批准，但没有这样的额度"),
    ),
    "a lost quota": (
        f"DELETE FROM {QUOTA} WHERE insurance_type = 'resident' AND quota_fen = 140000",
        (checks.AS_APPROVED, "额度核定 2027 吉林市 居民", "已批准，但没有这样的额度"),
    ),
    "an increase that nobody approved": (
        f"UPDATE {INCREASE} SET state = 'refused', effective_on = NULL",
        (checks.AS_APPROVED, "额度 长春市 职工 2027-02-18", "与批准的核定不同"),
    ),
    "an average": (
        f"UPDATE {ITEM} SET average_fen = average_fen + 1 WHERE {OF_ITEM}",
        (checks.ADDS_UP, "额度核定 2027 长春市 职工", "与基数月份算出的不同"),
    ),
    "a base month": (
        f"UPDATE {BASE} SET amount_fen = amount_fen + 1 WHERE amount_fen = 70000",
        (checks.ADDS_UP, "额度核定 2027 吉林市 居民", "与基数月份算出的不同"),
    ),
    "a lost base month": (
        f"DELETE FROM {BASE} WHERE amount_fen = 70000",
        (checks.ADDS_UP, "额度核定 2027 吉林市 居民", "与基数月份算出的不同"),
    ),
    "the reason of a changed amount": (
        f"UPDATE {ITEM} SET reason = '另一个原因' WHERE {OF_ITEM}",
        (checks.ADDS_UP, "额度核定 2027", "表 6-1 与提请批准时的摘要不符"),
    ),
    "what an increase stands on": (
        f"UPDATE {INCREASE} SET current_fen = 0, amount_fen = 150000",
        (checks.FOLLOWS, "额度 长春市 职工 2027-02-18", "现有额度记为 0.00，之前的额度是 1,000.00"),
    ),
    "a warning moved to another month": (
        f"UPDATE {WARNING} SET month_id = {OCTOBER} WHERE level = 'red'",
        (use_checks.WARNED, "202701 长春市 职工", "使用率 145.00%，没有红色预警"),
    ),
    "what a warning says": (
        f"UPDATE {WARNING} SET used_fen = 1 WHERE level = 'yellow'",
        (use_checks.TRUE, "预警 YJ202701-001", "记的是黄色，按所记的金额应为正常"),
    ),
    "a quota that never was": (
        f"UPDATE {WARNING} SET quota_fen = 100001 WHERE level = 'yellow'",
        (use_checks.TRUE, "预警 YJ202701-001", "长春市没有过 1,000.01 的额度"),
    ),
    "an increase on a yellow warning": (
        f"UPDATE {INCREASE} SET warning_id = (SELECT id FROM {WARNING} WHERE level = 'yellow')",
        (use_checks.INCREASES, "加急调增 JZ202701-001", "所依据的预警 YJ202701-001 不是红色"),
    ),
    "one person for both": (
        f"UPDATE {INCREASE} SET decided_by_id = asked_by_id",
        (use_checks.INCREASES, "加急调增 JZ202701-001", "申请和批准是同一人办的"),
    ),
    "the amount of a notice": (
        f"UPDATE {NOTICE} SET total_fen = 1, employee_fen = 1, payable_fen = 1 WHERE {OF_NOTICE}",
        (use_checks.NOTICED, "吉医保异清〔2027〕1号", "记的是付款 0.01，应为付款 500.00"),
    ),
    "a lost notice": (
        f"DELETE FROM {NOTICE} WHERE {OF_NOTICE}",
        (use_checks.NOTICED, "长春市 202701", "应有付款 500.00，却没有通知书"),
    ),
    "what a notice rests on": (
        f"UPDATE {NOTICE} SET basis_digest = 'x' WHERE {OF_NOTICE}",
        (use_checks.NOTICED, "吉医保异清〔2027〕1号", "依据的不是批准的额度"),
    ),
    "a notice of nothing": (
        f"UPDATE {NOTICE} SET subject_no = 'JZ202701-009' WHERE {OF_NOTICE}",
        (use_checks.NOTICED, "吉医保异清〔2027〕1号", "没有这样批准的额度"),
    ),
}


@pytest.fixture(scope="module")
def laid_increase(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """长春 职工 came to 75 %, then to 145 %; an increase of 500.00 was approved on 2027-02-18."""

    def lay(world: World) -> None:
        folder = tmp_path_factory.mktemp("increase")
        lay_quota(world, folder)
        use(world, folder, "650.00")
        load_rows(world, folder / "more.csv", [case("U3")], "settlements")
        period_compute(period="202701", by=world.prov_clearing, at=world.now)
        at = world.now + dt.timedelta(days=90)
        red = FundWarning.objects.get(level="red")
        asked = increase_ask(warning=red, amount_fen=50_000, reason="急", by=finance_of("220100"), at=at)
        increase_approve(increase=asked, by=world.prov_supervisor, at=at)

    with ground(lay):
        yield


def test_nothing_is_broken_before(laid_increase: None, world: World) -> None:
    assert check_all(None).broken == []
    assert check_all("202701").broken == []
    own = {
        value
        for module in (checks, use_checks)
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, str)
    }
    assert {found[0] for _, found in DAMAGES.values()} == own


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_named(laid_increase: None, world: World, damage: str) -> None:
    sql, (name, subject, message) = DAMAGES[damage]

    with unguarded((QUOTA, ROUND, ITEM, BASE, INCREASE, WARNING, NOTICE)), connection.cursor() as cursor:
        cursor.execute(sql)

    report = check_all(None)
    assert report.checks[name] is False
    named = [(item.subject, item.message) for item in report.broken if item.check == name]
    assert [pair for pair in named if subject in pair[0] and message in pair[1]], named
