"""使用率与预警: exact at the edges, raised once a level, noted by a person; nothing changes a warning."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from agency.errors import DomainError, NotAllowed
from agency.journal.models import AuditEntry
from agency.organisation.models import PoolingRegion
from agency.policy.models import Parameter
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.services import period_compute
from settlement.quotas.listing import urgent_first, warnings_listed
from settlement.quotas.raising import warning_acknowledge
from settlement.quotas.rules import Level
from settlement.quotas.use import computed_periods, of_regions, sum_of, use_rates
from settlement.quotas.use_models import FundWarning
from tests.settlement.clearing.conftest import confirm_rest, load_rows, sign
from tests.settlement.notices.statement import finance_of
from tests.settlement.quotas.conftest import case, use
from tests.support.world import World

pytestmark = pytest.mark.usefixtures("laid_quota")


def raised() -> list[tuple[str, str, str, str, int, int]]:
    columns = ("month__period", "region__name", "insurance_type", "level", "used_fen", "quota_fen")
    return list(FundWarning.objects.order_by("pk").values_list(*columns))


def january(world: World) -> str:
    """长春 职工's use rate in January."""
    return use_rates(["202701"])[("202701", world.changchun.pk, "employee")].text


@pytest.mark.parametrize(
    ("deducted", "rate", "level"),
    [
        ("700.10", "69.99%", ""),
        ("700.00", "70.00%", "yellow"),
        ("699.90", "70.01%", "yellow"),
        ("500.10", "89.99%", "yellow"),
        ("500.00", "90.00%", "red"),
        ("499.90", "90.01%", "red"),
    ],
)
def test_a_warning_is_raised_exactly_at_the_edge(
    world: World, tmp_path: Path, deducted: str, rate: str, level: str
) -> None:
    use(world, tmp_path, deducted)

    assert january(world) == rate
    assert [row[3] for row in raised()] == ([level] if level else [])


def test_the_edges_are_parameters_of_the_months_last_day(world: World, tmp_path: Path) -> None:
    for key, value in (("fund.warning_yellow_percent", "71"), ("fund.warning_red_percent", "80")):
        old = Parameter.objects.get(key=key)
        Parameter.objects.filter(pk=old.pk).update(valid_to=dt.date(2027, 1, 30))
        old.pk, old.value, old.valid_from = None, value, dt.date(2027, 1, 31)
        old.save(force_insert=True)

    use(world, tmp_path, "700.00")
    assert raised() == []

    load_rows(world, tmp_path / "more.csv", [case("U3")], "settlements")
    period_compute(period="202701", by=world.prov_clearing, at=world.now)
    assert [row[3:] for row in raised()] == [("red", 140_000, 100_000)]


def test_each_level_is_raised_once_and_stays_when_the_use_falls(world: World, tmp_path: Path) -> None:
    use(world, tmp_path, "650.00")  # 75 %
    period_compute(period="202701", by=world.prov_clearing, at=world.now)
    assert [row[3] for row in raised()] == ["yellow"]

    load_rows(world, tmp_path / "more.csv", [case("U3")], "settlements")  # 145 %
    period_compute(period="202701", by=world.prov_clearing, at=world.now)
    period_compute(period="202701", by=world.prov_clearing, at=world.now)

    assert [row[3:] for row in raised()] == [("yellow", 75_000, 100_000), ("red", 145_000, 100_000)]
    use(world, tmp_path, "800.00")  # 65 %
    assert january(world) == "65.00%"
    assert len(raised()) == 2
    assert AuditEntry.objects.filter(action="fund_warning_raised").count() == 2
    assert [row.warning_no for row in FundWarning.objects.order_by("pk")] == [
        "YJ202701-001",
        "YJ202701-002",
    ]


def test_use_of_a_quota_of_nil_is_red_and_none_yet_is_nothing(world: World, tmp_path: Path) -> None:
    """吉林 职工 has a quota of 0.00 from 2027 on; in 2026 nobody had any."""
    at_changchun = {"就医地区划": "220102", "定点医药机构编号": "H22010200001"}
    load_rows(
        world,
        tmp_path / "jilin.csv",
        [{**case("J1"), "参保地区划": "220202", **at_changchun}],
        "settlements",
    )
    use(world, tmp_path, "1399.00")

    assert raised() == [("202701", "吉林市", "employee", "red", 70_000, 0)]
    rates = use_rates(["202610"])
    assert {found.text for found in rates.values()} == {"没有额度"}


def test_a_signature_raises_what_a_changed_parameter_makes_of_the_month(world: World, tmp_path: Path) -> None:
    month = use(world, tmp_path, "700.10")
    Parameter.objects.filter(key="fund.warning_yellow_percent").update(value="60")
    confirm_rest(month, world)

    sign(month, world)

    assert [row[3:] for row in raised()] == [("yellow", 69_990, 100_000)]


def test_rates_stand_for_each_region_and_type_and_together(world: World, tmp_path: Path) -> None:
    use(world, tmp_path, "450.00")

    rates = use_rates(computed_periods())
    assert sorted({key[0] for key in rates}) == ["202610", "202701"]
    assert len(of_regions(rates, "202701")) == 12
    own = of_regions(rates, "202701")[world.changchun.pk]
    assert (own["employee"].text, own["resident"].text) == ("95.00%", "0.00%")
    together = sum_of(rates, "202701", [world.changchun.pk])
    assert together is not None and together.text == "95.00%"
    whole = sum_of(rates, "202701", [key[1] for key in rates])
    assert whole is not None and (whole.used_fen, whole.quota_fen) == (95_000, 240_000)
    assert sum(found.used_fen for found in rates.values() if found.quota_fen is not None) == 95_000


def test_rates_are_the_last_columns_of_sheet_11(world: World, tmp_path: Path) -> None:
    month = use(world, tmp_path, "450.00")

    for (_, region, kind), found in use_rates(["202701"]).items():
        lines = month.lines.filter(insured_region=region, insurance_type=kind)
        assert found.used_fen == (lines.aggregate(fen=Sum("due_fen"))["fen"] or 0)


def test_many_months_take_as_many_queries_as_one(
    world: World, tmp_path: Path, django_assert_num_queries: object
) -> None:
    use(world, tmp_path, "450.00")
    for periods in (["202701"], ["202610", "202701"]):
        with django_assert_num_queries(5):  # type: ignore[operator]
            use_rates(periods)


# --- somebody notes it --------------------------------------------------------------------------------------


@pytest.fixture
def warning(world: World, tmp_path: Path) -> FundWarning:
    use(world, tmp_path, "450.00")
    return FundWarning.objects.get()


def test_the_region_or_the_province_notes_it_once(warning: FundWarning, world: World) -> None:
    note = "已通知长春市补缴"

    done = warning_acknowledge(warning=warning, note=note, by=world.prov_finance, at=world.now)

    assert (done.acknowledged_by, done.note) == (world.prov_finance, note)
    assert AuditEntry.objects.get(action="fund_warning_noted").subject_no == "YJ202701-001"
    with pytest.raises(DomainError) as refused:
        warning_acknowledge(warning=warning, note="又", by=finance_of("220100"), at=world.now)
    assert refused.value.code == "someone_else_was_first"
    assert FundWarning.objects.get().note == note


def test_it_takes_a_note_and_the_right(warning: FundWarning, world: World) -> None:
    with pytest.raises(DomainError, match="请写明处理情况"):
        warning_acknowledge(warning=warning, note=" ", by=world.prov_finance, at=world.now)
    for other in (finance_of("220200"), world.changchun_clearing, world.auditor):
        with pytest.raises(NotAllowed):
            warning_acknowledge(warning=warning, note="看过", by=other, at=world.now)
    assert not FundWarning.objects.get().is_acknowledged


def test_what_nobody_noted_stands_first_and_the_red_ones_first_among_it(
    warning: FundWarning, world: World
) -> None:
    said = {"month": warning.month, "region": warning.region, "raised_at": world.now}
    said |= {"yellow_percent": 70, "red_percent": 90, "raised_by": world.prov_clearing}

    def raised(number: str, level: str, region: PoolingRegion) -> None:
        used = {"used_fen": 95 if level == "red" else 80, "quota_fen": 100, "insurance_type": "resident"}
        FundWarning.objects.create(warning_no=number, level=level, **{**said, **used, "region": region})

    raised("YJ202701-002", "red", world.changchun)
    raised("YJ202701-003", "yellow", world.changchun)
    raised("YJ202701-004", "red", world.jilin)
    raised("YJ202701-005", "yellow", world.jilin)
    warning_acknowledge(warning=warning, note="看过", by=world.prov_finance, at=world.now)

    found = [row.warning_no[-1] for row in urgent_first(warnings_listed(world.prov_finance))]

    assert found == ["4", "2", "5", "3", "1"]


CHANGES = [
    "UPDATE settlement_fundwarning SET used_fen = used_fen + 1",
    "UPDATE settlement_fundwarning SET level = 'yellow', red_percent = 99",
    "UPDATE settlement_fundwarning SET acknowledged_at = raised_at, acknowledged_by_id = raised_by_id, "
    "note = 'x', quota_fen = 1",
    "UPDATE settlement_fundwarning SET note = 'x'",
    "DELETE FROM settlement_fundwarning",
]


@pytest.mark.parametrize("statement", CHANGES)
def test_a_warning_stays_as_it_was_raised(warning: FundWarning, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": "yellow"},
        {"level": ""},
        {"used_fen": 89_999},
        {"used_fen": 0, "quota_fen": 0},
        {"region": None},
        {},
    ],
    ids=str,
)
def test_no_warning_is_false_or_doubled(warning: FundWarning, wrong: dict[str, object]) -> None:
    warning.pk, warning.warning_no = None, "YJ202701-002"
    if wrong:
        warning.insurance_type = "resident"
    for name, value in wrong.items():
        setattr(warning, name, value)

    with pytest.raises(DatabaseError), transaction.atomic():
        warning.save(force_insert=True)


def test_a_month_before_the_first_quota_has_no_warning(warning: FundWarning) -> None:
    assert Level.NONE in {found.level for found in use_rates(["202610"]).values()}
    assert not FundWarning.objects.filter(month=ClearingPeriod.objects.get(period="202610")).exists()
