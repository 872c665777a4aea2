"""Every URL with a number in it: a stranger of another region meets 404, whoever owns the record does not."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from agency.batches.services import batch_run
from agency.organisation.models import User
from agency.organisation.roles import Level, May, Role, grants
from filings.models import FollowUp
from settlement.clearing.comparisons import sheet_compare
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_compute, plain_parties
from settlement.corrections.services import correction_propose
from settlement.deductions.models import Deduction
from settlement.fund.accounts import BANK, fund_of
from settlement.fund.adjusting import Said, adjustment_propose
from settlement.holding.services import case_dispute
from settlement.quotas.models import QuotaBase, QuotaItem, QuotaRound
from settlement.quotas.services import round_propose
from settlement.quotas.use_models import FundWarning, QuotaIncrease
from settlement.reconciliation.saved_mappings import mapping_save
from settlement.reconciliation.sides import sheet_make
from settlement.statements.models import InstitutionStatement
from settlement.statements.services import statements_draw
from settlement.year_end.applications import application_draft
from settlement.year_end.models import YearEnd
from settlement.year_end.rules import digest_of, lines_digest
from settlement.year_end.selectors import year_parties
from tests.filings.groups.lists import make_worker
from tests.filings.groups.lists import row as list_row
from tests.filings.groups.lists import write as write_list
from tests.filings.making import enrol, make_in_force, make_person
from tests.filings.scans.files import make_scan
from tests.filings.staying import make_late_stay, make_reimbursement, make_slip, make_statement
from tests.settlement.deductions.rows import by_case
from tests.settlement.notices.statement import PROVINCE, finance_of, line, make_notice
from tests.settlement.reconciliation.laid_runs import lay_run
from tests.settlement.records.files import row, write
from tests.support.ground import Ground
from tests.support.routes import Route, routes
from tests.support.world import World, make_user

# What these routes name belongs to nobody's region: a month, a kind of file, a queue, a code, the own job, a
# line of a month's checklist, an act upon what was chosen.
OF_NOBODY = {"period", "year", "kind", "name", "code", "job_no", "key", "act"}
# Tables of the province alone: for every region there is no such page.
OF_PROVINCE = {"form", "year_form", "quota_form", "extension"}
PROVINCE_FORMS = {"year_form": "16", "quota_form": "6-1"}
ROUTES = [route for route in routes() if route.rule in May.values and set(route.arguments) - OF_NOBODY]
NUMBERED = [route for route in ROUTES if set(route.arguments) - OF_NOBODY - OF_PROVINCE]
PROVINCIAL = [route for route in ROUTES if route not in NUMBERED]


@pytest.fixture(scope="module")
def numbers(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One record of each kind: 长春 insures, 吉林 treats, 延边 has nothing to do with any."""
    with ground(lambda world: lay(world, tmp_path_factory.mktemp("records"))) as laid:
        yield laid


AT_CHANGCHUN = row("S3", 参保地区划="220202", 就医地区划="220102", 定点医药机构编号="H22010200001")


def lay(world: World, tmp_path: Path) -> dict[str, str]:
    person = make_person()
    enrol(person, world.changchun)
    letter = {"valid_identity_card": "original", "commitment_letter": "original"}
    filing = make_in_force(world, person, materials=letter)
    scan = make_scan(world, filing)
    stay = make_late_stay(world, filing)
    case = write(tmp_path, [row("S1", 参保地区划="220102", 就医地区划="220202"), row("S2"), AT_CHANGCHUN])
    batch, _ = batch_run(
        kind="settlements", path=case, by=world.changchun_clearing, system=world.system, at=world.now
    )
    other = write(tmp_path, [row("S2", 诊断="另一种")], "other.csv")
    conflicting, _ = batch_run(
        kind="settlements", path=other, by=world.changchun_clearing, system=world.system, at=world.now
    )
    correction = correction_propose(
        by=world.changchun_clearing, at=world.now, refusal=conflicting.refusals.get(), reason="医院说明"
    )
    employer_list = write_list(tmp_path, [list_row(make_worker(world.changchun))])
    filing_batch, _ = batch_run(
        kind="filings", path=employer_list, by=world.clerk, system=world.system, at=world.now
    )
    deduction = write(tmp_path, [by_case("S1")], "deductions.csv")
    batch_run(
        kind="deductions", path=deduction, by=world.changchun_clearing, system=world.system, at=world.now
    )
    month = period_compute(period="202610", by=world.system, at=world.now)
    held = case_dispute(by=world.changchun_clearing, at=world.now, settlement_no="S1", reason="有异议")
    statements_draw(period="202610", region=world.changchun, by=world.changchun_clearing, at=world.now)
    sheet = tmp_path / "sheet11.csv"
    arguments = ["--period=202610", "--region=长春", "--format=csv", f"--out={sheet}"]
    call_command("export_sheet", "11", *arguments, stdout=io.StringIO())
    with sheet.open("rb") as stream:
        comparison = sheet_compare(
            form="11",
            period="202610",
            region=world.changchun,
            stream=stream,
            file_name=sheet.name,
            by=world.changchun_clearing,
            at=world.now,
        )
    notice = make_notice(world, world.changchun)
    own = {"direction": "out", "amount_fen": 54500, "other_account": PROVINCE}
    bank_line = line(world, by=finance_of("220100"), **own)
    return {
        **lay_year(world),
        "adjustment_no": propose_adjustment(world),
        **lay_quotas(world),
        **lay_reconciliation(world),
        "notice_no": notice.key,
        "bank_line_no": bank_line.line_no,
        "payment_no": bank_line.payments.get().payment_no,
        "filing_no": filing.filing_no,
        "scan_no": str(scan.number),
        "page_no": "1",
        "stay_no": stay.stay_no,
        "reimbursement_no": make_reimbursement(world, stay).reimbursement_no,
        "statement_no": make_statement(world, stay).statement_no,
        "slip_no": make_slip(world, stay).slip_no,
        "follow_up_no": FollowUp.objects.get().follow_up_no,
        "person_no": person.person_no,
        "batch_no": batch.batch_no,
        "filing_batch_no": filing_batch.batch_no,
        "settlement_no": "S1",
        "conflict_batch_no": conflicting.batch_no,
        "line_no": "2",
        "proposal_no": correction.proposal_no,
        "deduction_no": Deduction.objects.get().deduction_no,
        "held_no": held.held_no,
        "comparison_no": comparison.comparison_no,
        "institution_statement_no": InstitutionStatement.objects.get().statement_no,
        "period": month.period,
        "form": "11",
        "region_code": "220100",
        "extension": "csv",
        "name": "to_review",
        "username": "clerk",
        "kind": "csv",
    }


def lay_reconciliation(world: World) -> dict[str, str]:
    """A run of 长春 with differences, the sheet of them that was sent, a mapping."""
    run = lay_run(world)
    sheet = sheet_make(run=run, by=world.changchun_clearing, at=world.now)
    first = run.discrepancies.order_by("serial")[0]
    said = {"source": "platform", "columns": {"结算编号": "流水号"}, "headings": ["流水号"]}
    saved = mapping_save(name="长春的", by=world.changchun_clearing, at=world.now, **said)
    return {
        "run_no": run.run_no,
        "sheet_no": sheet.sheet_no,
        "difference_no": first.difference_no,
        "mapping_id": str(saved.pk),
    }


def propose_adjustment(world: World) -> str:
    """Of 长春's money in the revolving fund."""
    said = Said(BANK, fund_of(world.changchun.pk, "employee"), 100, "期初余额")
    return adjustment_propose(said=said, by=world.prov_finance, at=world.now).adjustment_no


def lay_year(world: World) -> dict[str, str]:
    """A computed year without lines, and 长春's application for it."""
    digest = digest_of([lines_digest([]), ""])
    year_end = YearEnd.objects.create(year="2098")
    YearEnd.objects.filter(pk=year_end.pk).update(
        state="computed",
        through="209812",
        digest=digest,
        computed_at=world.now,
        computed_by=world.prov_clearing,
        names={"parties": plain_parties(year_parties("2098", []))},
    )
    application = application_draft(
        year="2098",
        region=world.changchun,
        reason="全年清算",
        contact="李四",
        phone="0431",
        by=world.changchun_clearing,
        at=world.now,
    )
    return {"year": "2098", "year_form": "17", "application_no": application.application_no}


def lay_quotas(world: World) -> dict[str, str]:
    """An approved round of the same year, and a red warning of 长春 with an increase asked for."""
    who = {"drawn_by": world.prov_finance, "drawn_at": world.now}
    drawn = QuotaRound.objects.create(
        year=2098, base_months="209710", factor_text="2", effective_on="2098-01-01", **who
    )
    nothing = dict.fromkeys(("average_fen", "quota_fen", "current_fen", "changed_fen"), 0)
    item = QuotaItem.objects.create(round=drawn, region=world.changchun, insurance_type="employee", **nothing)
    QuotaBase.objects.create(item=item, period="209710", cases=0, amount_fen=0)
    round_propose(drawn=drawn, by=world.prov_finance, at=world.now)
    QuotaRound.objects.update(state="approved", approved_by=world.prov_supervisor, approved_at=world.now)
    warning = FundWarning.objects.create(
        warning_no="YJ202610-001",
        month=ClearingPeriod.objects.get(period="202610"),
        region=world.changchun,
        insurance_type="employee",
        level="red",
        used_fen=1,
        quota_fen=0,
        yellow_percent=70,
        red_percent=90,
        raised_at=world.now,
        raised_by=world.prov_clearing,
    )
    increase = QuotaIncrease.objects.create(
        increase_no="JZ202610-001",
        warning=warning,
        current_fen=0,
        amount_fen=1,
        reason="急",
        asked_by=world.changchun_clearing,
        asked_at=world.now,
    )
    return {
        "quota_form": "6-2",
        "insurance_type": "employee",
        "warning_no": warning.warning_no,
        "increase_no": increase.increase_no,
    }


def right(route: Route) -> May:
    return May(str(route.rule))


def of_regions(route: Route) -> bool:
    """Whether anybody of a region can have the right that a page asks for."""
    return grants(frozenset(Role.values), Level.REGION, right(route))


OWNED = [route for route in NUMBERED if of_regions(route)]
DECIDED = [route for route in NUMBERED if not of_regions(route)]  # by the province alone


@contextmanager
def rolled_back() -> Iterator[None]:
    """What one page changes the next does not meet."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def opens(client: Client, route: Route, numbers: dict[str, str], form: str = "") -> int:
    """The answer to a GET, or to an empty POST where only that is taken."""
    values = {**numbers, **({"form": form, **PROVINCE_FORMS} if form else {})}
    path = reverse(route.name, kwargs={name: values[name] for name in route.arguments})
    response = client.get(path)
    return client.post(path).status_code if response.status_code == 405 else response.status_code


def all_rights(region: str) -> User:
    """Somebody of a region who holds every right that a region can have."""
    return make_user(f"all-{region}", *Role, level=Level.REGION, region=region)


def test_every_right_can_be_had_in_a_region_but_to_decide_on_what_is_held() -> None:
    assert {route.name for route in ROUTES if not of_regions(route)} == {
        *(f"settlement:held_{name}" for name in ("release", "reject", "undo")),
        *(f"settlement:fund_adjustment_{name}" for name in ("approve", "refuse", "reverse")),
        *(f"settlement:year_application_{name}" for name in ("review", "approve")),
        *(f"settlement:quota_increase_{name}" for name in ("approve", "refuse")),
        "settlement:quota_item_change",
    }


def test_what_the_province_decides_no_region_does(
    world: World, as_user: Callable[..., Client], numbers: dict[str, str]
) -> None:
    province = as_user(make_user("all-province", *Role, level=Level.PROVINCE))
    region = as_user(all_rights("220100"))
    wrong = []
    for route in DECIDED:
        for who, client in (("region", region), ("province", province)):
            with rolled_back():
                code = opens(client, route, numbers)
            if (who == "region" and code != 403) or (who == "province" and code in {403, 404, 500}):
                wrong.append((route.name, route.arguments, who, code))

    assert wrong == []


def test_a_stranger_meets_404_and_the_owner_does_not(
    world: World, as_user: Callable[..., Client], numbers: dict[str, str]
) -> None:
    stranger, owner = as_user(all_rights("222400")), as_user(all_rights("220100"))
    wrong = []
    for route in OWNED:
        for who, client in (("stranger", stranger), ("owner", owner)):
            with rolled_back():
                code = opens(client, route, numbers)
            if (who == "stranger" and code != 404) or (who == "owner" and code in {403, 404, 500}):
                wrong.append((route.name, route.arguments, who, code))

    assert wrong == []


def test_a_table_of_the_province_is_not_there_for_a_region(
    world: World, as_user: Callable[..., Client], numbers: dict[str, str]
) -> None:
    province = as_user(make_user("all-province", *Role, level=Level.PROVINCE))
    region = as_user(all_rights("220100"))
    wrong = []
    for route in PROVINCIAL:
        for who, client in (("region", region), ("province", province)):
            with rolled_back():
                code = opens(client, route, numbers, form="9")
            if (who == "region" and code != 404) or (who == "province" and code in {403, 404, 500}):
                wrong.append((route.name, route.arguments, who, code))

    assert wrong == []
