"""Whatever path is taken, the database keeps held cases of signed months, and refuses what cannot be."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from agency.journal import guards
from agency.journal.books import check_all
from settlement.clearing import carry_checks
from settlement.holding import checks, services
from settlement.holding.models import HeldCase, HeldNote
from tests.settlement.clearing.damages import unguarded
from tests.settlement.holding.conftest import DECEMBER, NOVEMBER, OCTOBER, Books
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("october")
UPDATE = "UPDATE settlement_heldcase SET"
DECIDED = (
    f"{UPDATE} state = 'released', decided_period = '%s', decided_at = at, taken_back = %s, "
    "decided_by_id = (SELECT id FROM agency_user WHERE username = 'prov_clearing')"
)
TRUE = {"sqlite": "1", "postgresql": "true"}
FALSE = {"sqlite": "0", "postgresql": "false"}


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def rows() -> list[list[tuple[object, ...]]]:
    return [list(model.objects.order_by("pk").values_list()) for model in (HeldCase, HeldNote)]


def refuse(sql: str) -> None:
    before = rows()

    with pytest.raises(DatabaseError), transaction.atomic():
        run(sql)

    assert rows() == before


def decided(period: str, *, taken_back: bool = False) -> str:
    return DECIDED % (period, (TRUE if taken_back else FALSE)[connection.vendor])


@pytest.mark.parametrize(
    "change",
    [
        "state = 'withdrawn'",
        "held_from = '202612'",
        "settlement_no = 'S2'",
        "correction_no = 2",
        "care_kind = 'outpatient'",
        "insurance_type = 'resident'",
        "held_no = 'G202610-00009'",
        "insured_region_id = (SELECT id FROM agency_poolingregion WHERE code = '222400'), region_id = "
        "(SELECT id FROM agency_poolingregion WHERE code = '222400')",
        "record_id = (SELECT id FROM settlement_settlementrecord WHERE settlement_no = 'S2')",
    ],
)
def test_a_held_case_of_a_signed_month_keeps_its_key(books: Books, change: str) -> None:
    books.dispute()
    books.sign(OCTOBER)

    refuse(f"{UPDATE} {change}")


def test_no_held_case_is_deleted_and_no_note_changes(books: Books, world: World) -> None:
    case = books.dispute()
    services.case_answer(by=world.jilin_clearing, at=world.now, case=case, answer="agrees", text="属实")

    refuse("DELETE FROM settlement_heldnote")
    refuse("UPDATE settlement_heldnote SET answer = 'disagrees'")
    refuse("DELETE FROM settlement_heldcase")


def test_a_signed_month_takes_no_held_case_and_no_decision(books: Books) -> None:
    books.dispute()
    books.sign(OCTOBER)
    names = ", ".join(
        field.column for field in HeldCase._meta.fields if field.column not in ("id", "held_no", "record_id")
    )
    copy = (
        f"INSERT INTO settlement_heldcase (held_no, record_id, {names}) SELECT 'G202610-00009', "
        f"(SELECT id FROM settlement_settlementrecord WHERE settlement_no = 'S2'), {names} "
        "FROM settlement_heldcase"
    )

    refuse(copy)
    refuse(decided(OCTOBER))
    run(decided(NOVEMBER))
    assert HeldCase.objects.get().decided_period == NOVEMBER


def test_a_decision_of_a_signed_month_stays(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.release(case)
    books.sign(NOVEMBER)

    refuse(f"{UPDATE} state = 'rejected'")
    refuse(f"{UPDATE} decided_period = '202612'")
    refuse(f"{UPDATE} decided_reason = 'x'")
    refuse(f"{UPDATE} state = 'held', decided_period = '', decided_by_id = NULL, decided_at = NULL")


@pytest.mark.parametrize(
    "change",
    [
        "state = 'gone'",
        "state = 'released'",
        "state = 'rejected', decided_period = '202611', decided_at = at, decided_by_id = by_id",
        "decided_period = '202611'",
        "record_id = NULL",
        "care_region_id = insured_region_id",
        "region_id = (SELECT id FROM agency_poolingregion WHERE code = '222400')",
        "insurance_type = 'x'",
        "care_kind = 'x'",
    ],
)
def test_what_cannot_be_is_refused(books: Books, change: str) -> None:
    books.dispute()

    refuse(f"{UPDATE} {change}")


def test_a_decision_lies_not_before_the_dispute_and_only_a_release_is_taken_back(books: Books) -> None:
    books.dispute()

    refuse(decided("202609"))
    refuse(decided(NOVEMBER, taken_back=True).replace("'released'", "'rejected'"))


def test_a_record_is_held_once(books: Books) -> None:
    books.dispute("S1")
    books.dispute("S2")

    refuse(f"{UPDATE} record_id = (SELECT MIN(record_id) FROM settlement_heldcase)")


@pytest.mark.postgresql
@pytest.mark.parametrize("table", ["settlement_heldcase", "settlement_heldnote"])
def test_held_cases_are_not_emptied_at_once(books: Books, table: str) -> None:
    books.dispute()

    refuse(f"TRUNCATE {table} CASCADE")


def test_every_trigger_is_there() -> None:
    assert len([name for name in guards.GUARDS if name.startswith("held_")]) == 5


# --- what the books tell of damage --------------------------------------------------------------------------


@pytest.fixture
def three_months(books: Books) -> Callable[[str], set[str]]:
    """S1 released in November, S2 held; October and November signed. Damage → the checks that tell of it."""
    released, _ = books.dispute("S1"), books.dispute("S2")
    books.sign(OCTOBER)
    books.release(released)
    books.sign(NOVEMBER)
    books.compute(DECEMBER)
    assert check_all(None).broken == []

    def told(sql: str) -> set[str]:
        with unguarded():
            run(sql)
        return {item.check for item in check_all(None).broken}

    return told


BEHIND = "清算行等于明细与扣款"


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (f"{UPDATE} settlement_no = 'S9' WHERE held_no = 'G202610-00002'", {checks.FITS}),
        (f"{UPDATE} held_from = '202609' WHERE held_no = 'G202610-00002'", {checks.FITS}),
        (
            f"{UPDATE} decided_period = '202612' WHERE held_no = 'G202610-00001'",
            {BEHIND, carry_checks.CARRIED},
        ),
        (
            f"{UPDATE} state = 'rejected' WHERE held_no = 'G202610-00001'",
            {BEHIND, carry_checks.CARRIED, "状态都有经过"},
        ),
        (
            "UPDATE settlement_clearingline SET carried_in_fen = 0, due_fen = due_fen - 70000 "
            "WHERE carried_in_fen = 70000",
            {
                BEHIND,
                carry_checks.CARRIED,
                "清算合计等于各行之和",
                "清算行摘要",
                "签发的表未变",
                "签发前各统筹区已确认",
            },
        ),
    ],
)
def test_damage_is_named(three_months: Callable[[str], set[str]], damage: str, told: set[str]) -> None:
    assert told <= three_months(damage)


def test_a_case_left_undecided_beyond_its_months_is_named(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    books.sign(NOVEMBER)
    books.compute(DECEMBER)
    with unguarded():
        run(
            "UPDATE settlement_clearingperiod SET state = 'signed', signed_at = computed_at, digest = 'x' "
            "WHERE period = '202612'"
        )

    broken = [item for item in check_all(None).broken if item.check == checks.IN_TIME]

    assert [(item.subject, item.message) for item in broken] == [
        (f"挂账 {case}", "2026年12月已签发，仍未裁定")
    ]
