"""补办: which stays are still settled directly, from the dates alone."""

from __future__ import annotations

import datetime as dt

import pytest

from agency.errors import DomainError
from filings.stays.rules import Filed, LateUntil, StayDates, date_reasons, how_settled, read_late_until


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


TODAY = day("11-20")
FILED = Filed("F1", day("11-11"), day("11-12"), begins_on=day("11-01"))
OPEN = Filed("F1", day("11-11"), begins_on=day("11-01"), is_open=True)
GONE = Filed("F1", day("11-11"), begins_on=day("11-01"))
AHEAD = Filed("F1", day("11-01"), day("11-02"), begins_on=day("11-14"))
ELSEWHERE = Filed("F1", day("11-01"), day("11-02"), begins_on=day("11-01"), is_for_place=False)
TOO_EARLY = Filed("F1", day("01-02"), day("01-02"), begins_on=day("01-02"), ends_on=day("07-01"))


@pytest.mark.parametrize(
    ("settled", "filed", "until", "how", "said"),
    [
        (None, FILED, "settlement", "direct_settlement", "备案 2026-11-12 已生效，医院还没有结算"),
        ("11-13", FILED, "settlement", "direct_settlement", "早于医院结算日 2026-11-13"),
        ("11-12", FILED, "settlement", "direct_settlement", "同在 2026-11-12"),
        (
            "11-11",
            FILED,
            "settlement",
            "manual_reimbursement",
            "11-12 才生效，晚于医院结算日 2026-11-11",
        ),
        (None, OPEN, "settlement", "direct_settlement", "还没有生效。医院还没有结算"),
        ("11-15", OPEN, "settlement", "manual_reimbursement", "还没有生效。医院结算日是 2026-11-15"),
        (None, None, "settlement", "direct_settlement", "没有关联的备案。医院还没有结算"),
        ("11-15", None, "settlement", "manual_reimbursement", "没有关联的备案。医院结算日是 2026-11-15"),
        ("11-15", GONE, "settlement", "manual_reimbursement", "没有生效过"),
        ("11-15", TOO_EARLY, "settlement", "manual_reimbursement", "有效期不含这次就医"),
        ("11-15", AHEAD, "admission", "manual_reimbursement", "备案 2026-11-14 才生效，晚于入院日"),
        ("11-15", AHEAD, "settlement", "direct_settlement", "备案 2026-11-14 已生效"),
        ("11-15", ELSEWHERE, "settlement", "manual_reimbursement", "就医地不含这家医疗机构"),
        (None, ELSEWHERE, "settlement", "direct_settlement", "就医地不含这家医疗机构。医院还没有结算"),
        ("11-15", FILED, "admission", "manual_reimbursement", "晚于入院日 2026-11-10"),
        (None, FILED, "admission", "manual_reimbursement", "晚于入院日 2026-11-10"),
    ],
)
def test_what_is_filed_in_time_settles_directly(
    settled: str | None, filed: Filed | None, until: str, how: str, said: str
) -> None:
    stay = StayDates(day("11-10"), settled_on=day(settled) if settled else None)

    verdict = how_settled(stay, filed, until=LateUntil(until), source="[S2]", on=TODAY)

    assert (verdict.how, verdict.source) == (how, "[S2]")
    assert said in verdict.sentence
    assert verdict.is_manual == ("手工报销" in verdict.sentence)


def test_a_parameter_that_nobody_knows_is_named() -> None:
    assert read_late_until(" admission ") is LateUntil.ADMISSION
    with pytest.raises(DomainError, match="discharge"):
        read_late_until("discharge")


def test_dates_lie_neither_ahead_nor_before_the_admission() -> None:
    wrong = date_reasons(day("11-10"), day("11-09"), day("11-21"), on=TODAY)

    assert [(reason.code, reason.field) for reason in wrong] == [
        ("date_ahead", "settled_on"), ("date_before_admission", "discharged_on"),
    ]  # fmt: skip
    assert date_reasons(day("11-10"), day("11-12"), day("11-11"), on=TODAY) == []
