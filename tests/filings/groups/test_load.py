"""A confirmed list is in force at once, by its second person; taken back it is cancelled, never deleted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agency.batches.models import Batch
from agency.batches.services import PreviewOutdated, batch_load, batch_run, batch_undo, batch_withdraw
from agency.errors import DomainError, NotAllowed
from agency.journal import workflow
from agency.journal.models import AuditEntry
from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from agency.registry import CHECKS
from filings.filing.sections import TAKES_EFFECT
from filings.filing.services import filing_cancel
from filings.followups.models import FollowUp
from filings.followups.rules import write_alternatives
from filings.followups.selectors import owed_of, promise_due_on
from filings.models import Filing
from tests.filings.groups.lists import checked, loaded, make_worker, previewed, row, write
from tests.filings.making import make_in_force, stored
from tests.support.world import World, make_user

STAY = {"kind": "long_term_work", "province": "210000", "city": "210100"}


def broken() -> list[str]:
    """What any check of filings finds."""
    names = (
        "导入的备案批次齐全",
        "备案有效期不重叠",
        "备案由第二人复核",
        "生效备案都经过复核",
        "备案期限合规则",
    )
    return [f"{name} {one.subject}" for name in (*names, "就医地与统筹区一致") for one in CHECKS[name](None)]


def test_the_second_person_is_the_review(world: World, tmp_path: Path) -> None:
    people = [make_worker(world.changchun) for _ in range(3)]
    agent = {"代办人姓名": "孙经理", "代办人证件号码": "e 1234567", "代办人电话": "13900001111"}
    rows = [
        row(people[0], 外部编号="W1", **agent),
        row(people[1]),
        row(people[2], 材料="医保电子凭证、个人承诺书"),
    ]

    batch = loaded(world, write(tmp_path, rows))

    filings = list(batch.filings.order_by("pk"))
    assert [one.filing_no for one in filings] == ["F2026110001", "F2026110002", "F2026110003"]
    assert {one.state for one in filings} == {"in_force"}
    first = filings[0]
    assert (first.taken_in_by, first.reviewed_by, first.insured_region) == (
        world.clerk,
        world.reviewer,
        world.changchun,
    )
    assert (first.category, first.ends_on, first.received_on) == ("working", None, world.today)
    assert (first.channel, first.external_no, first.care_place_name) == ("partner", "W1", "辽宁省沈阳市")
    assert (first.agent_name, first.agent_cert_no, first.agent_relation) == ("孙经理", "E1234567", "未注明")
    assert (first.reviewed_at, first.effective_at, first.counter) == (
        world.now,
        world.now,
        world.clerk.counter,
    )
    papers = [
        sorted((one.material.code, one.given_as) for one in filing.materials.all()) for filing in filings[1:]
    ]
    assert papers == [
        [("valid_identity_card", "copy"), ("work_contract", "copy")],
        [("commitment_letter", "original"), ("medical_insurance_voucher", "copy")],
    ]
    steps = workflow.history(Filing.machine, "F2026110002")
    assert [(one["label"], one["by"]) for one in steps] == [
        ("草稿", "clerk"), ("待复核", "clerk"), ("已生效", "reviewer"),
    ]  # fmt: skip
    assert steps[-1]["reason"] == f"整批确认 {batch.batch_no}"
    assert AuditEntry.objects.filter(action="batch_loaded", subject_no=batch.batch_no).count() == 1
    assert broken() == []


def test_what_follows_from_effect_follows_for_each(world: World, tmp_path: Path) -> None:
    rows = [row(make_worker(world.changchun)) for _ in range(2)]
    seen: list[tuple[str, str, str]] = []

    def follow(filing: Filing, *, by: User, at: dt.datetime) -> None:
        seen.append((filing.filing_no, filing.state, by.username))

    TAKES_EFFECT.register("of this test")(follow)
    try:
        loaded(world, write(tmp_path, rows))
    finally:
        del TAKES_EFFECT._entries["of this test"]

    assert seen == [("F2026110001", "in_force", "reviewer"), ("F2026110002", "in_force", "reviewer")]


def test_neither_the_uploader_nor_clearing_staff_may_confirm(world: World, tmp_path: Path) -> None:
    batch = previewed(world, write(tmp_path, [row(make_worker(world.changchun))]))

    for by in (world.clerk, world.changchun_clearing, world.auditor):
        with pytest.raises(NotAllowed):
            batch_load(batch, by=by, at=world.now, preview_digest=batch.preview_digest)

    assert Filing.objects.count() == 0
    batch_load(batch, by=world.supervisor, at=world.now, preview_digest=batch.preview_digest)
    assert Filing.objects.get().reviewed_by == world.supervisor


def test_the_province_loads_every_region_with_two_persons_of_its_own(world: World, tmp_path: Path) -> None:
    there = make_worker(world.yanbian)
    path = write(tmp_path, [row(make_worker(world.changchun)), row(there, 参保地区划="222401")])
    batch = previewed(world, path, by=world.prov_supervisor)

    with pytest.raises(NotAllowed):
        batch_load(batch, by=world.prov_clearing, at=world.now, preview_digest=batch.preview_digest)
    second = make_user("prov_supervisor_2", Role.SUPERVISOR, level=Level.PROVINCE)
    batch_load(batch, by=second, at=world.now, preview_digest=batch.preview_digest)

    assert {str(one.insured_region) for one in Filing.objects.all()} == {"长春市", "延边州"}
    assert broken() == []


def test_what_a_counter_put_in_force_since_the_preview_stops_the_list(world: World, tmp_path: Path) -> None:
    person = make_worker(world.changchun)
    batch = previewed(world, write(tmp_path, [row(person), row(make_worker(world.changchun))]))
    papers = {"valid_identity_card": "original", "work_contract": "original"}
    make_in_force(world, person, materials=papers, **STAY)

    with pytest.raises(PreviewOutdated):
        batch_load(batch, by=world.reviewer, at=world.now, preview_digest=batch.preview_digest)

    batch.refresh_from_db()
    assert (batch.state, batch.accepted, batch.refused) == ("previewed", 1, 1)
    assert Filing.objects.count() == 1


def test_a_filing_that_time_ended_makes_room(world: World, tmp_path: Path) -> None:
    person = make_worker(world.changchun)
    old = make_in_force(world, person, kind="temporary_other", begins_on=dt.date(2026, 5, 21))
    said = {"备案类型": "临时外出", "就医地区划": "370200", "材料": "医保电子凭证", "生效日期": "2026-11-21"}
    batch = previewed(world, write(tmp_path, [row(person, **said)]))

    tomorrow = world.now + dt.timedelta(days=1)
    batch_load(batch, by=world.reviewer, at=tomorrow, preview_digest=batch.preview_digest)

    assert stored(old).state == "expired"
    assert Filing.objects.filter(state="in_force").count() == 1


def test_a_list_taken_back_the_same_day_never_was_valid(world: World, tmp_path: Path) -> None:
    rows = [row(make_worker(world.changchun), 外部编号=f"W{n}", 生效日期="2026-10-01") for n in range(2)]
    batch = loaded(world, write(tmp_path, rows))

    removed = batch_undo(batch, by=world.supervisor, at=world.now, reason="单位发错了名单")

    filings = list(batch.filings.order_by("pk"))
    assert (removed, {(one.state, one.ends_on, one.external_no) for one in filings}) == (
        2,
        {("cancelled", None, "")},
    )
    last = workflow.history(Filing.machine, filings[0].filing_no)[-1]
    assert (last["by"], last["reason"]) == ("supervisor", f"撤销整批 {batch.batch_no}：单位发错了名单")
    assert broken() == []
    assert checked(write(tmp_path, rows), world).accepted == 2  # the right list finds room


def test_a_list_taken_back_later_was_valid_to_the_day_before(world: World, tmp_path: Path) -> None:
    begins = ("2026-11-01", "2026-11-23", "2026-12-01")
    rows = [row(make_worker(world.changchun), 生效日期=day) for day in begins]
    batch = loaded(world, write(tmp_path, rows))

    batch_undo(batch, by=world.reviewer, at=world.now + dt.timedelta(days=3), reason="单位撤回")

    ends = list(batch.filings.order_by("pk").values_list("ends_on", flat=True))
    assert ends == [dt.date(2026, 11, 22), None, None]
    assert broken() == []


def test_a_list_with_one_filing_changed_since_stays(world: World, tmp_path: Path) -> None:
    batch = loaded(world, write(tmp_path, [row(make_worker(world.changchun)) for _ in range(2)]))
    one = batch.filings.order_by("pk").last()
    filing_cancel(one, by=world.clerk, at=world.now, reason="本人要求")

    with pytest.raises(DomainError) as error:
        batch_undo(batch, by=world.reviewer, at=world.now, reason="单位撤回")

    batch.refresh_from_db()
    assert error.value.code == "changed_since"
    assert one.filing_no in error.value.message
    assert (batch.state, Filing.objects.filter(state="in_force").count()) == ("loaded", 1)


def test_a_cancelled_filing_keeps_its_external_number(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, [row(make_worker(world.changchun), 外部编号="W1")])
    filing_cancel(loaded(world, path).filings.get(), by=world.clerk, at=world.now, reason="本人要求")

    outcome = checked(path, world)

    assert [one.code for one in outcome.refused] == ["conflicts_with_stored"]
    assert "已撤销" in outcome.refused[0].message


def test_the_books_find_a_filing_that_left_its_batch(world: World, tmp_path: Path) -> None:
    batch = loaded(world, write(tmp_path, [row(make_worker(world.changchun)) for _ in range(2)]))
    waiting = previewed(world, write(tmp_path, [row(make_worker(world.changchun))], "other.csv"))
    Filing.objects.filter(pk=batch.filings.first().pk).update(batch=waiting)

    assert broken() == [f"导入的备案批次齐全 {batch.batch_no}", f"导入的备案批次齐全 {waiting.batch_no}"]


def test_the_system_account_alone_is_no_second_person(world: World, tmp_path: Path) -> None:
    path = write(tmp_path, [row(make_worker(world.changchun))])

    batch, _ = batch_run(kind="filings", path=path, by=world.system, system=world.system, at=world.now)

    filing = batch.filings.get()
    assert (filing.taken_in_by, filing.reviewed_by, filing.state) == (world.system, None, "in_force")
    assert broken() == []


def test_a_withdrawn_list_leaves_nothing(world: World, tmp_path: Path) -> None:
    batch = previewed(world, write(tmp_path, [row(make_worker(world.changchun))]))

    batch_withdraw(batch, by=world.clerk, at=world.now)

    assert (Batch.objects.get().state, Filing.objects.count()) == ("withdrawn", 0)


def test_effect_costs_no_more_queries_for_many(world: World, tmp_path: Path) -> None:
    people = [make_worker(world.changchun) for _ in range(24)]
    told = [row(one, 材料="有效身份证件、个人承诺书") for one in people]
    loaded(world, write(tmp_path, told[:2], "first.csv"))  # whatever is read once for good
    costs = []
    for number, rows in enumerate((told[2:4], told[4:])):
        batch = previewed(world, write(tmp_path, rows, f"{number}.csv"))
        with CaptureQueriesContext(connection) as queries:
            batch_load(batch, by=world.reviewer, at=world.now, preview_digest=batch.preview_digest)
        costs.append(len(queries))

    assert costs[0] == costs[1]
    opened = FollowUp.objects.order_by("pk")
    assert [one.follow_up_no[-2:] for one in opened] == [f"{number:02d}" for number in range(1, 25)]
    assert {one.filing.person.pk for one in opened} == {one.pk for one in people}
    assert {(one.kind, one.region, one.opened_by) for one in opened} == {
        ("commitment", world.changchun, world.reviewer)
    }
    first = opened[0]
    assert workflow.last_step(first).by == world.reviewer
    filing = first.filing
    assert (first.due_on, first.papers) == (
        promise_due_on(filing, world.today),
        write_alternatives(owed_of(filing)[0].alternatives),
    )


def test_a_list_of_somebody_who_may_no_longer_load_is_refused_by_name(world: World, tmp_path: Path) -> None:
    batch = previewed(world, write(tmp_path, [row(make_worker(world.changchun))]))
    User.objects.filter(pk=world.clerk.pk).update(is_active=False)
    batch = Batch.objects.get(pk=batch.pk)

    with pytest.raises(DomainError, match="上传人clerk.*账户已停用.*重新上传") as refused:
        batch_load(batch, by=world.reviewer, at=world.now, preview_digest=batch.preview_digest)

    assert refused.value.code == "uploader_may_not"
    assert Batch.objects.get().state == "previewed" and Filing.objects.count() == 0
