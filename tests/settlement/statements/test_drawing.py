"""生成对账单: figures by institution, again as often as needed, final once the month is signed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agency.batches.models import Batch
from agency.batches.services import batch_undo
from agency.errors import DomainError
from agency.journal.models import AuditEntry, StateChange
from settlement.clearing.models import ClearingLine
from settlement.statements.models import InstitutionStatement, StatementDrawing
from settlement.statements.selectors import computed_seq, is_current, lines_of
from tests.settlement.records.files import row
from tests.settlement.statements.conftest import (
    CHANGCHUN,
    HOSPITAL,
    PHARMACY,
    SIPING,
    Load,
    Office,
    get,
    sign_month,
)
from tests.support.snapshots import nothing_changes
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_month")
FIGURES = (
    "cases",
    "records",
    "total_fee_fen",
    "pooling_pay_fen",
    "critical_illness_pay_fen",
    "large_expense_pay_fen",
    "fund_total_fen",
    "personal_account_pay_fen",
    "deductions",
    "deduction_fen",
    "payable_fen",
)


def figures(number: str) -> tuple[int, ...]:
    return InstitutionStatement.objects.values_list(*FIGURES).get(statement_no=number)


def test_each_institution_of_a_region_has_its_figures(office: Office) -> None:
    office.draw()

    assert figures(HOSPITAL) == (1, 3, 100000, 50000, 0, 6000, 56000, 14000, 1, 10000, 60000)
    assert figures(PHARMACY) == (1, 1, 100000, 50000, 0, 6000, 56000, 14000, 0, 0, 70000)
    assert figures(CHANGCHUN) == (1, 3, 100000, 50000, 6000, 0, 56000, 14000, 0, 0, 70000)
    assert figures(SIPING) == (0, 0, 0, 0, 0, 0, 0, 0, 1, 500, -500)
    assert InstitutionStatement.objects.count() == 4  # none for 北京, none for the local case


def test_the_lines_say_by_insurance_and_kind_of_care(office: Office) -> None:
    office.draw()

    lines = [
        (line.insurance_type, line.care_kind, line.cases, line.records, line.payable_fen)
        for line in lines_of(get(CHANGCHUN))
    ]

    assert lines == [("employee", "inpatient", 0, 2, 0), ("resident", "outpatient", 1, 1, 70000)]


def test_together_they_are_what_sheet_10_says(office: Office, world: World) -> None:
    office.draw()

    for region, owed in ((world.jilin, 130000), (world.changchun, 70000)):
        lines = ClearingLine.objects.filter(care_region=region)
        statements = InstitutionStatement.objects.filter(care_region=region)
        assert sum(line.due_fen for line in lines) == owed
        assert sum(statement.payable_fen for statement in statements) == owed


def test_a_region_draws_up_its_own_alone(office: Office, world: World) -> None:
    office.draw(world.jilin)

    assert set(InstitutionStatement.objects.values_list("statement_no", flat=True)) == {HOSPITAL, PHARMACY}
    assert StatementDrawing.objects.get().care_region == world.jilin


def test_drawing_up_again_changes_nothing(office: Office) -> None:
    office.draw()
    office.confirm(HOSPITAL)
    before = list(InstitutionStatement.objects.order_by("pk").values_list("pk", "state", *FIGURES))

    office.draw()

    assert list(InstitutionStatement.objects.order_by("pk").values_list("pk", "state", *FIGURES)) == before
    assert StateChange.objects.filter(subject_no=HOSPITAL).count() == 2
    assert AuditEntry.objects.filter(action="statements_drawn").count() == 2


def test_changed_figures_void_what_was_confirmed(
    office: Office, load: Load, compute: Callable[[], object]
) -> None:
    office.draw()
    office.confirm()
    office.answer(HOSPITAL)
    load([row("S9")])
    compute()

    office.draw()

    hospital = get(HOSPITAL)
    assert (hospital.state, hospital.payable_fen, hospital.agency_by) == ("drawn", 130000, None)
    assert (hospital.institution_by, hospital.institution_contact) == (None, "")
    assert get(PHARMACY).state == "sent"
    last = StateChange.objects.filter(subject_no=HOSPITAL).latest("pk")
    assert (last.from_state, last.to_state, last.reason) == ("agreed", "drawn", "重新生成，数额有变动")


def test_a_case_of_another_kind_voids_it_though_the_sum_is_the_same(
    office: Office, load: Load, compute: Callable[[], object]
) -> None:
    load([row("S9")])
    compute()
    office.draw()
    office.confirm(HOSPITAL)
    batch_undo(Batch.objects.latest("pk"), by=office.world.system, at=office.world.now, reason="换类别")
    load([row("S9", 医疗类别="11")])
    compute()

    office.draw()

    assert (get(HOSPITAL).state, get(HOSPITAL).payable_fen) == ("drawn", 130000)


def test_what_nothing_is_behind_any_more_is_taken_away(
    office: Office, load: Load, compute: Callable[[], object]
) -> None:
    load([row("S9", 定点医药机构编号="H22020200077")])
    compute()
    office.draw()
    office.confirm()
    number = "202610-220200-H22020200077"
    assert get(number).state == "sent"
    batch_undo(Batch.objects.latest("pk"), by=office.world.system, at=office.world.now, reason="错文件")
    compute()

    office.draw()

    assert not InstitutionStatement.objects.filter(statement_no=number).exists()
    assert AuditEntry.objects.filter(action="statements_drawn").latest("seq").detail["removed"] == 1


def test_what_was_computed_since_makes_them_lag_behind(
    office: Office, load: Load, compute: Callable[[], object]
) -> None:
    office.draw()
    load([row("S9")])
    with nothing_changes(), pytest.raises(DomainError) as refused:
        office.draw()
    compute()

    drawing = StatementDrawing.objects.get(care_region=office.world.jilin)
    assert refused.value.code == "needs_computing"
    assert not is_current(drawing, computed_seq("202610"))
    office.draw()
    drawing.refresh_from_db()
    assert is_current(drawing, computed_seq("202610"))


def test_the_signature_draws_them_up_finally(office: Office) -> None:
    office.draw()
    office.confirm(HOSPITAL)

    sign_month(office.world)

    assert InstitutionStatement.objects.filter(is_final=True).count() == 4
    assert get(HOSPITAL).state == "sent"
    with nothing_changes(), pytest.raises(DomainError) as refused:
        office.draw()
    assert refused.value.code == "month_is_signed"


def test_without_any_drawing_before_the_signature_makes_them(office: Office) -> None:
    sign_month(office.world)

    assert figures(HOSPITAL)[-1] == 60000
    assert StatementDrawing.objects.filter(is_final=True).count() == 12


def test_nobody_draws_up_another_regions(office: Office, world: World) -> None:
    from settlement.statements.services import statements_draw

    for by, region in ((world.jilin_clearing, world.changchun), (world.jilin_clearing, None)):
        with nothing_changes(), pytest.raises(DomainError) as refused:
            statements_draw(period="202610", region=region, by=by, at=world.now)
        assert refused.value.code == "not_allowed"
    assert InstitutionStatement.objects.count() == 0
