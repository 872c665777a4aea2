"""Material rules: whose groups hold, what serves a group, what is missing."""

import datetime as dt

import pytest

from filings.materials.rules import (
    Group,
    RuleRow,
    groups_for,
    missing,
    read_alternatives,
    rests_on_commitment,
    serving,
)
from filings.materials.selectors import groups_of
from filings.materials.sources import source_names
from tests.support.world import World

DAY = dt.date(2000, 1, 1)
PROOF = Group(2, "长期证明（任选一）", (("permit",), ("first_page", "own_page")), commitment_allowed=True)
VOUCHER = Group(1, "身份凭证（任选一）", (("id_card",), ("voucher",)), commitment_allowed=False)


def row(rule_set: str = "national", **changes: object) -> RuleRow:
    values: dict[str, object] = {
        "rule_set": rule_set,
        "scope": "any",
        "region_id": None,
        "group_no": 1,
        "label": rule_set,
        "alternatives": (("id_card",),),
        "commitment_allowed": False,
        "valid_from": DAY,
    }
    return RuleRow(**{**values, **changes})  # type: ignore[arg-type]


def labels(*rows: RuleRow, scope: str = "cross_province", region_id: int | None = 7) -> list[str]:
    return [group.label for group in groups_for(rows, scope=scope, region_id=region_id)]


def test_alternatives_are_split_by_bars_and_papers_by_plus() -> None:
    assert read_alternatives("a|b+c| d ") == (("a",), ("b", "c"), ("d",))


def test_jilins_rows_stand_in_place_of_the_national_ones() -> None:
    assert labels(row("national"), row("national", group_no=2, label="n2"), row("jilin")) == ["jilin"]


def test_without_rows_of_jilin_the_national_ones_hold() -> None:
    assert labels(row("national"), row("jilin", scope="in_province")) == ["national"]


def test_a_regions_own_row_goes_before_the_common_one() -> None:
    own = row("jilin", region_id=7, label="own")

    assert labels(row("jilin"), own) == ["own"]
    assert labels(row("jilin"), own, region_id=8) == ["jilin"]


def test_a_row_for_the_scope_goes_before_one_for_any() -> None:
    rows = (row("jilin", scope="cross_province", label="out"), row("jilin"))

    assert labels(*rows) == ["out"]
    assert labels(*rows, scope="in_province") == ["jilin"]


def test_of_equal_rows_the_newest_start_holds() -> None:
    newer = row("jilin", label="newer", valid_from=dt.date(2026, 1, 1))

    assert labels(newer, row("jilin")) == ["newer"]


@pytest.mark.parametrize(
    ("given", "papers"),
    [
        ({"permit": "original"}, ("permit",)),
        ({"permit": "copy"}, ("permit",)),
        ({"first_page": "original", "own_page": "original"}, ("first_page", "own_page")),
        ({"first_page": "original"}, None),
        ({"commitment_letter": "original"}, ("commitment_letter",)),
        ({"permit": "commitment"}, ("permit",)),
        ({"id_card": "original"}, None),
        ({}, None),
    ],
)
def test_any_one_alternative_or_a_promise_serves_the_proof(
    given: dict[str, str], papers: tuple[str, ...] | None
) -> None:
    assert serving(PROOF, given) == papers


@pytest.mark.parametrize("given", [{"commitment_letter": "original"}, {"id_card": "commitment"}])
def test_a_promise_never_stands_for_the_identity_voucher(given: dict[str, str]) -> None:
    assert serving(VOUCHER, given) is None


def test_what_is_missing_names_the_rest_of_the_alternative_that_was_begun() -> None:
    found = missing([VOUCHER, PROOF], {"first_page": "original"})

    assert [(lack.group.no, lack.lacking) for lack in found] == [(1, ()), (2, ("own_page",))]


def test_nothing_is_missing_when_every_group_is_served() -> None:
    assert missing([VOUCHER, PROOF], {"voucher": "original", "permit": "original"}) == []


@pytest.mark.parametrize(
    ("given", "promised"),
    [
        ({"commitment_letter": "original"}, True),
        ({"permit": "commitment"}, True),
        ({"permit": "original"}, False),
        ({"permit": "original", "commitment_letter": "original"}, False),
    ],
)
def test_a_filing_rests_on_a_promise_only_where_nothing_else_serves(
    given: dict[str, str], promised: bool
) -> None:
    assert rests_on_commitment([PROOF], given) is promised


@pytest.mark.parametrize("kind", ["retired_relocation", "long_term_residence", "long_term_work"])
@pytest.mark.parametrize(
    "paper", ["residence_permit", "work_contract", "study_certificate", "lease_contract"]
)
def test_in_jilin_any_long_term_proof_serves_any_long_term_kind(world: World, kind: str, paper: str) -> None:
    groups = groups_of(kind, scope="cross_province", region=world.changchun, on=world.today)

    assert missing(groups, {"social_security_card": "original", paper: "original"}) == []


def test_a_temporary_filing_needs_the_identity_voucher_and_nothing_more(world: World) -> None:
    groups = groups_of("temporary_other", scope="cross_province", region=world.changchun, on=world.today)

    assert [group.label for group in groups] == ["身份凭证（任选一）"]


@pytest.mark.parametrize("kind", ["", "no_such_kind"])
def test_an_unknown_kind_asks_for_nothing(world: World, kind: str) -> None:
    assert groups_of(kind, scope="cross_province", region=world.changchun, on=world.today) == ()


def test_sources_are_called_by_name_once() -> None:
    assert source_names(["[S0,S2]", "[S2]", "长医保发〔2026〕1号"]) == [
        "异地就医结算新规（2025）",
        "吉林省异地就医经办规程问答",
        "长医保发〔2026〕1号",
    ]
