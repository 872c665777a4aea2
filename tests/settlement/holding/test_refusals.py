"""What may not be done with held cases is refused with a sentence, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agency.batches.models import Batch
from agency.batches.services import batch_undo
from agency.errors import DomainError
from agency.journal.models import AuditEntry, StateChange
from agency.organisation.models import RegionPair, User
from settlement.clearing.models import ClearingLine, ClearingPeriod
from settlement.holding import services
from settlement.holding.models import HeldCase, HeldNote
from settlement.records.models import SettlementRecord
from tests.settlement.holding.conftest import DECEMBER, NOVEMBER, OCTOBER, Books, settled
from tests.settlement.records.files import reversal
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("october")
TABLES = (HeldCase, HeldNote, ClearingPeriod, ClearingLine, SettlementRecord, StateChange, AuditEntry)


def everything() -> list[list[tuple[object, ...]]]:
    return [list(model.objects.order_by("pk").values_list()) for model in TABLES]


def refused(act: Callable[[], object]) -> str:
    """The code of the refusal; nothing has changed."""
    before = everything()

    with pytest.raises(DomainError) as refusal:
        act()

    assert everything() == before
    return refusal.value.code


def test_only_clearing_staff_of_a_party_dispute(books: Books, world: World) -> None:
    for by in (world.yanbian_clearing, world.prov_clearing, world.supervisor, world.clerk, world.system):
        assert refused(lambda by=by: books.dispute(by=by)) == "not_allowed"
    assert books.dispute(by=world.jilin_clearing).region == world.jilin


def test_a_case_is_disputed_once(books: Books, world: World) -> None:
    case = books.dispute()

    assert refused(lambda: books.dispute(by=world.jilin_clearing)) == "already_held"
    books.release(case)
    assert refused(books.dispute) == "already_held"


def test_a_reason_is_asked_for(books: Books, world: World) -> None:
    def dispute(reason: str) -> Callable[[], object]:
        by, at = world.changchun_clearing, world.now
        return lambda: services.case_dispute(by=by, at=at, settlement_no="S1", reason=reason)

    assert refused(dispute(" \n ")) == "reason_missing"
    assert refused(dispute("长" * 201)) == "reason_too_long"


def test_a_month_that_is_signed_or_not_computed_has_nothing_to_dispute(books: Books) -> None:
    assert refused(lambda: books.dispute("S3")) == "not_computed"

    books.sign(OCTOBER)

    assert refused(books.dispute) == "already_signed"


def test_what_is_not_cleared_between_two_parties_is_not_disputed(books: Books, world: World) -> None:
    at_home = {"就医地区划": "220102", "定点医药机构编号": "H22010200001"}
    books.load(
        settled("L1", OCTOBER, **at_home),
        reversal("R2", "S2", 结算时间="2026-10-20 10:00:00"),
    )
    books.compute(OCTOBER)

    assert refused(lambda: books.dispute("L1")) == "is_local"
    assert refused(lambda: books.dispute("R2")) == "is_reversal"
    assert refused(lambda: books.dispute("S2")) == "already_reversed"
    assert refused(lambda: books.dispute("NONE")) == "not_allowed"


def test_a_pair_that_is_not_cross_region_is_local(books: Books, world: World) -> None:
    RegionPair.objects.create(
        region_a=world.jilin, region_b=world.changchun, is_cross_region=False, valid_from="2026-10-01"
    )
    books.compute(OCTOBER)

    assert refused(books.dispute) == "is_local"


def test_nobody_but_the_province_decides(books: Books, world: World) -> None:
    case = books.dispute()

    for by in (world.changchun_clearing, world.jilin_clearing, world.prov_finance, world.prov_supervisor):
        assert refused(lambda by=by: books.release(case, by)) == "not_allowed"
        assert refused(lambda by=by: books.reject(case, by)) == "not_allowed"


def test_nobody_decides_what_they_disputed(books: Books, world: World) -> None:
    case = books.dispute()
    moved = User.objects.get(pk=world.changchun_clearing.pk)  # to the province, since
    moved.level, moved.region = "province", None
    moved.save()

    assert refused(lambda: books.release(case, moved)) == "not_allowed"
    assert refused(lambda: books.reject(case, moved)) == "not_allowed"


def test_a_decision_is_made_once(books: Books) -> None:
    case = books.dispute()
    books.release(case)

    assert refused(lambda: books.reject(case)) == "no_such_step"
    assert refused(lambda: books.release(case)) == "no_such_step"
    assert refused(lambda: books.take_back(case)) == "no_such_step"


def test_only_the_region_that_disputed_takes_it_back(books: Books, world: World) -> None:
    case = books.dispute()

    for by in (world.jilin_clearing, world.yanbian_clearing, world.prov_clearing, world.supervisor):
        assert refused(lambda by=by: books.take_back(case, by)) == "not_allowed"


def test_what_was_taken_back_is_not_decided(books: Books) -> None:
    case = books.take_back(books.dispute())

    assert refused(lambda: books.release(case)) == "no_such_step"
    assert refused(lambda: books.undo(case)) == "no_such_step"


def test_a_decision_whose_month_is_signed_stays(books: Books) -> None:
    case = books.dispute()
    books.sign(OCTOBER)
    case = books.reject(case)
    books.sign(NOVEMBER)

    assert refused(lambda: books.undo(case)) == "already_signed"


def test_who_answers_and_how(books: Books, world: World) -> None:
    case = books.dispute()

    def answer(by: User, word: str, text: str = "病历属实") -> Callable[[], object]:
        return lambda: services.case_answer(by=by, at=world.now, case=case, answer=word, text=text)

    assert refused(answer(world.changchun_clearing, "agrees")) == "own_dispute"
    assert refused(answer(world.prov_clearing, "agrees")) == "own_dispute"
    assert refused(answer(world.yanbian_clearing, "agrees")) == "not_allowed"
    assert refused(answer(world.prov_finance, "")) == "not_allowed"
    assert refused(answer(world.jilin_clearing, "maybe")) == "unknown_answer"
    assert refused(answer(world.jilin_clearing, "agrees", " ")) == "text_missing"
    answer(world.jilin_clearing, "disagrees")()
    answer(world.changchun_clearing, "", "请附出院小结")()
    answer(world.prov_clearing, "", "请三日内补充")()
    told = [(note.region, note.answer) for note in HeldNote.objects.order_by("pk")]
    assert told == [(world.jilin, "disagrees"), (world.changchun, ""), (None, "")]

    books.reject(case)
    assert refused(answer(world.jilin_clearing, "agrees")) == "not_held"


def test_a_batch_is_not_undone_while_one_of_its_cases_is_held(books: Books, world: World) -> None:
    case = books.dispute()

    def undo() -> int:
        batch = Batch.objects.get(kind="settlements")
        return batch_undo(batch, by=world.prov_clearing_2, at=world.now, reason="传错了")

    assert refused(undo) == "already_held"
    books.take_back(case)
    assert undo() == 4
    case.refresh_from_db()
    assert (case.record, case.settlement_no, case.state) == (None, "S1", "withdrawn")


def test_an_undone_month_of_holding_is_not_forced(books: Books) -> None:
    books.take_back(books.dispute())

    for month in (OCTOBER, NOVEMBER, DECEMBER):
        assert books.sign(month).is_signed
