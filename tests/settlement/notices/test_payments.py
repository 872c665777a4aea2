"""核销: exact, in parts, too much, from the wrong account; taken back; and who may not."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection

from agency.errors import DomainError, NotAllowed
from agency.journal.books import check_all
from agency.journal.models import AuditEntry
from settlement.clearing.models import ClearingPeriod
from settlement.notices.issuing import notices_issue, notices_void
from settlement.notices.models import BankLine, Notice, Payment
from settlement.notices.selectors import lines_left_over, with_payments, with_rest
from settlement.notices.services import open_lines_match, payment_allocate, payment_withdraw
from tests.settlement.notices.statement import CHANGCHUN, JILIN, PAYS, PROVINCE, finance_of, line, notice
from tests.support.snapshots import nothing_changes
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_notices")
TABLES = ("bankline", "payment", "notice")


def everything() -> dict[str, list[Any]]:
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM settlement_{table} ORDER BY id")
            found[table] = cursor.fetchall()
    return found


def paid(serial: int) -> tuple[int, int]:
    """What the province's account, and what the region's own, paid of a notice."""
    row = with_payments(Notice.objects.filter(serial=serial)).get()
    return row.paid_fen, row.told_fen


def rest(of: BankLine) -> int:
    return with_rest(BankLine.objects.filter(pk=of.pk)).get().rest_fen


def pay(world: World, of: BankLine, serial: int, fen: int | None = None, **said: Any) -> Payment:
    said = {"by": world.prov_finance, "reason": "财政代付", **said}
    return payment_allocate(at=world.now, line=of, notice=notice(serial), amount_fen=fen, **said)


def test_the_exact_amount_from_the_right_account_pays_at_once(world: World) -> None:
    came = line(world, **PAYS)

    assert paid(1) == (54500, 0)
    assert rest(came) == 0
    only = Payment.objects.get()
    assert (only.basis, only.amount_fen, only.payment_no) == ("amount", 54500, "Z20261100001")
    assert AuditEntry.objects.get(action="payments_matched").detail == {"rows": 1, "matched": 1}


def test_the_province_pays_what_a_region_receives(world: World) -> None:
    line(world, direction="out", amount_fen=60000, other_account=JILIN)

    assert paid(2) == (60000, 0)


def test_a_part_with_the_number_is_taken_and_the_rest_stays_open(world: World) -> None:
    line(world, amount_fen=20000, other_account=CHANGCHUN, note="吉医保异清〔2026〕1号")
    line(world, "T2", amount_fen=34500, other_account=CHANGCHUN)

    assert paid(1) == (54500, 0)  # the second one is exactly what was open
    assert list(Payment.objects.values_list("basis", flat=True)) == ["number", "amount"]


def test_too_much_leaves_the_rest_on_the_line(world: World) -> None:
    came = line(world, **{**PAYS, "amount_fen": 60000}, note="吉医保异清〔2026〕1号")

    assert (paid(1), rest(came)) == ((54500, 0), 5500)
    assert lines_left_over(notice(1)) == [came]


def test_an_account_with_spaces_is_the_same_account(world: World) -> None:
    line(world, **{**PAYS, "other_account": "9900 0000 0000 0220 100"})

    assert paid(1) == (54500, 0)


@pytest.mark.parametrize(
    "said",
    [
        {"other_account": JILIN},
        {"other_account": JILIN, "note": "〔2026〕1号"},
        {"other_account": "8800000000000660011"},
        {"other_account": ""},
        {"other_account": CHANGCHUN, "direction": "out"},
        {"other_account": CHANGCHUN, "amount_fen": 54501},
    ],
)
def test_what_is_not_beyond_doubt_waits_for_a_person(world: World, said: dict[str, Any]) -> None:
    came = line(world, **said)

    assert not Payment.objects.exists()
    assert rest(came) == came.amount_fen


def test_a_person_pays_in_parts_over_several_notices(world: World) -> None:
    came = line(world, amount_fen=55000)

    first, second = pay(world, came, 1, 54500), pay(world, came, 3)

    assert (first.basis, second.amount_fen) == ("hand", 500)
    assert (paid(1), paid(3), rest(came)) == ((54500, 0), (500, 0), 0)
    assert AuditEntry.objects.filter(action="payment_allocated").count() == 2
    assert check_all(None).broken == []


@pytest.mark.parametrize("account", [JILIN, "", "8800000000000660011"])
def test_the_wrong_payer_is_told_and_taken_only_with_a_reason(world: World, account: str) -> None:
    came = line(world, other_account=account)
    before = everything()

    with nothing_changes(), pytest.raises(DomainError) as refused:
        pay(world, came, 1, 54500, reason="  ")

    assert (refused.value.code, refused.value.field) == ("reason_missing", "reason")
    assert "确要核销请写明原因" in refused.value.message
    assert everything() == before
    assert pay(world, came, 1, 54500).reason == "财政代付"


@pytest.mark.parametrize(
    ("serial", "fen", "code"),
    [
        (1, 54501, "more_than_line"),
        (3, 501, "more_than_notice"),
        (1, 0, "bad_amount"),
        (1, -1, "bad_amount"),
        (2, 100, "wrong_direction"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    world: World, serial: int, fen: int, code: str
) -> None:
    came = line(world)
    before = everything()

    with nothing_changes(), pytest.raises(DomainError) as refused:
        pay(world, came, serial, fen)

    assert refused.value.code == code
    assert everything() == before


def test_a_paid_notice_takes_nothing_more(world: World) -> None:
    line(world, **PAYS)
    twice = line(world, "T2", **PAYS)

    assert rest(twice) == 54500  # paid twice: the second transfer is nobody's guess
    with nothing_changes(), pytest.raises(DomainError) as refused:
        pay(world, twice, 1)
    assert refused.value.code == "bad_amount"


def test_a_voided_notice_takes_nothing(world: World, month: ClearingPeriod) -> None:
    came = line(world)
    notices_void(month, world.prov_supervisor, world.now)

    with nothing_changes(), pytest.raises(DomainError) as refused:
        pay(world, came, 1)

    assert refused.value.code == "notice_voided"
    notices_issue(month, world.prov_clearing, world.now)
    assert pay(world, came, 4).notice.serial == 4


def test_a_payment_taken_back_is_free_again_and_both_rows_stay(world: World) -> None:
    came = line(world, **PAYS)
    first = Payment.objects.get()

    back = payment_withdraw(by=world.prov_finance, at=world.now, payment=first, reason="核错了")

    assert (back.amount_fen, back.withdraws, back.reason) == (-54500, first, "核错了")
    assert (paid(1), rest(came)) == ((0, 0), 54500)
    assert with_payments(Notice.objects.filter(serial=1)).get().paid_on is None
    assert open_lines_match(by=world.prov_finance, at=world.now) == 1
    assert paid(1) == (54500, 0)
    assert check_all(None).broken == []


@pytest.mark.parametrize(
    ("reason", "twice", "code"),
    [
        ("", False, "reason_missing"),
        ("x" * 201, False, "reason_too_long"),
        ("错", True, "someone_else_was_first"),
    ],
)
def test_taking_back_needs_a_reason_and_happens_once(
    world: World, reason: str, twice: bool, code: str
) -> None:
    line(world, **PAYS)
    first = Payment.objects.get()
    if twice:
        payment_withdraw(by=world.prov_finance, at=world.now, payment=first, reason="核错了")
    before = everything()

    with nothing_changes(), pytest.raises(DomainError) as refused:
        payment_withdraw(by=world.prov_finance, at=world.now, payment=first, reason=reason)

    assert refused.value.code == code
    assert everything() == before


def test_a_withdrawal_is_not_withdrawn(world: World) -> None:
    line(world, **PAYS)
    back = payment_withdraw(
        by=world.prov_finance, at=world.now, payment=Payment.objects.get(), reason="核错了"
    )

    with nothing_changes(), pytest.raises(DomainError) as refused:
        payment_withdraw(by=world.prov_finance, at=world.now, payment=back, reason="再撤")

    assert refused.value.code == "is_withdrawal"


def test_a_regions_own_account_stands_beside_and_makes_nothing_paid(world: World) -> None:
    own = line(world, by=finance_of("220100"), direction="out", amount_fen=54500, other_account=PROVINCE)

    assert (own.region, rest(own)) == (world.changchun, 0)
    assert paid(1) == (0, 54500)
    line(world, **PAYS)
    assert paid(1) == (54500, 54500)
    assert check_all(None).broken == []


def test_a_region_receives_by_its_own_account_and_never_for_another(world: World) -> None:
    own = line(world, by=finance_of("220200"), direction="in", amount_fen=60000, other_account=PROVINCE)

    assert paid(2) == (0, 60000)
    with nothing_changes(), pytest.raises(DomainError) as refused:
        payment_allocate(
            by=own.entered_by, at=world.now, line=own, notice=notice(1), amount_fen=1, reason="x"
        )
    assert refused.value.code == "wrong_direction"


def test_each_account_is_kept_by_its_own_people(world: World) -> None:
    provinces, own = line(world), line(world, by=finance_of("220100"), direction="out")
    before = everything()

    for by, of in (
        (own.entered_by, provinces),
        (world.prov_finance, own),
        (world.prov_clearing, provinces),
        (world.supervisor, own),
    ):
        with nothing_changes(), pytest.raises(NotAllowed):
            payment_allocate(by=by, at=world.now, line=of, notice=notice(1), amount_fen=1, reason="x")
    with nothing_changes(), pytest.raises(NotAllowed):
        line(world, "T9", by=world.prov_clearing)

    assert everything() == before


def test_the_same_line_is_registered_once_per_account(world: World) -> None:
    line(world)
    before = everything()

    with nothing_changes(), pytest.raises(DomainError) as refused:
        line(world, amount_fen=1)

    assert (refused.value.code, refused.value.field) == ("already_registered", "reference")
    assert everything() == before
    line(world, by=finance_of("220100"))  # another account has its own numbers
    line(world, booked_on=dt.date(2026, 11, 25))
    assert BankLine.objects.count() == 3
