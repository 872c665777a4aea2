"""The program and the second model of a month, driven by the same steps; both say the same, to the cent.

What a step is refused for, both must say. A sequence in which they part is printed whole, in words.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from hypothesis import HealthCheck, Phase, settings

from agency.batches.models import Refusal
from agency.batches.services import batch_run
from agency.errors import DomainError, DomainErrors
from agency.organisation.models import PoolingRegion, User
from agency.sheets.digest import digest
from settlement.clearing import rules
from settlement.clearing.empty_months import empty_month_compute
from settlement.clearing.filling import MonthBook, all_sheets
from settlement.clearing.models import ClearingLine, ClearingPeriod, SignedSheet
from settlement.clearing.services import period_compute, period_sign, region_confirm, unconfirmed
from settlement.corrections.services import correction_approve, correction_propose
from settlement.holding.models import HeldCase
from settlement.holding.services import case_dispute, case_reject, case_release, case_take_back
from settlement.notices.models import Category, Notice
from settlement.notices.selectors import accounts_now, with_payments
from settlement.notices.services import LineContent, line_enter
from settlement.notices.states import NoticeState
from tests.model import clearing
from tests.model.clearing import FUNDS, Case, Key, Ledger, Refused
from tests.settlement.records.files import row, write
from tests.support.world import World

AREAS = {"220100": "220102", "220200": "220202", "222400": "222401", "110000": "110101"}
PAIRS = [
    ("220100", "220200"), ("220100", "220200"), ("220200", "220100"), ("222400", "220200"),
    ("220100", "110000"), ("110000", "222400"), ("220100", "220100"),
]  # fmt: skip
HOSPITALS = {code: f"H{area}00001" for code, area in AREAS.items()}
CARE = {"inpatient": "21", "outpatient": "11"}
TYPES = {"employee": "310", "resident": "390"}
INSURANCES = {"employee": "职工", "resident": "居民"}
FIELDS = {
    "cases": "cases", "records": "records", "total": "total_fee_fen", "in_scope": "in_scope_fen",
    "pooling": "pooling_pay_fen", "critical": "critical_illness_pay_fen", "large": "large_expense_pay_fen",
    "servant": "civil_servant_pay_fen", "enterprise": "enterprise_pay_fen",
    "assistance": "medical_assistance_pay_fen", "other": "other_pay_fen", "fund": "fund_total_fen",
    "account": "personal_account_pay_fen", "deduction": "deduction_fen", "in": "carried_in_fen",
    "out": "carried_out_fen", "due": "due_fen",
}  # fmt: skip
FUND_COLUMNS = {
    "pooling": "统筹基金", "critical": "居民大病保险", "large": "职工大额补助", "servant": "公务员补助",
    "enterprise": "企业补充", "assistance": "医疗救助", "other": "其他基金",
}  # fmt: skip
CATEGORIES = {"clearing": Category.MONTHLY, "quotas": Category.REVOLVING_FUND}


class Rollback(Exception):
    """Ends one example and leaves nothing behind."""


def yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


class Both:
    """The program and the model, driven by the same steps."""

    def __init__(
        self, world: World, folder: Path, months: Sequence[str], model: Ledger | None = None
    ) -> None:
        self.world, self.folder, self.months = world, folder, months
        self.model = model or Ledger()
        self.numbers, self.files = itertools.count(1), itertools.count(1)
        self.now: dict[str, int] = {}  # settlement number → place in the model of what holds
        self.held: list[tuple[Any, str]] = []  # the model's held case, the program's number
        self.signed: dict[
            str, list[tuple[str, str]]
        ] = {}  # digests of a month's sheets, kept as it was signed
        self.regions = {region.pk: region for region in PoolingRegion.objects.all()}
        self.codes = {pk: region.code for pk, region in self.regions.items()}
        self.say: Callable[[str], object] = str

    # --- steps ---

    def step(self, act: str, which: int, month: int, amount: int) -> None:
        self.model.moment += 1
        getattr(self, act)(which, self.months[month], amount)

    def both(self, ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[Any, Any] | None:
        """The step in both; None when both refuse it. One alone refusing is a difference."""
        try:
            expected = theirs()
        except Refused as refused:
            with pytest.raises(DomainError):
                ours()
            self.say(f"  both refuse: {refused}")
            return None
        return ours(), expected

    def load(self, which: int, month: str, amount: int) -> None:
        insured, care = PAIRS[which % len(PAIRS)]
        insurance = "employee" if which % 2 else "resident"
        kind = "inpatient" if which % 3 else "outpatient"
        number = f"S{next(self.numbers)}"
        funds = dict.fromkeys(FUNDS, 0)
        funds["pooling"] = amount * 7
        funds["large" if insurance == "employee" else "critical"] = amount
        case = Case(
            number, (insured, care, insurance, kind), month, "", amount * 10, amount * 10, funds, amount
        )
        self.load_case(case)

    def load_case(self, case: Case) -> None:
        self.say(f"{case.no}: {case.key} settled in {case.month}, funds {case.funds}, account {case.account}")
        self._import("settlements", [self._row(case)])
        self.now[case.no] = self.model.load(case)

    def reverse(self, which: int, month: str, amount: int) -> None:
        number = self._number(which)
        if number is None or self._is_cancelled(number) or self._deducted(number):
            return
        back = f"R{next(self.numbers)}"
        self.say(f"{back} takes {number} back, settled in {month}")
        case = self.model.cases[self.model.reverse(self.now[number], back, month)]
        self._import("settlements", [self._row(case) | {"退费标志": "1", "原结算编号": number}])

    def correct(self, which: int, month: str, amount: int) -> None:
        number = self._number(which)
        if number is None or self._is_cancelled(number) or self._deducted(number):
            return
        old = self.model.cases[self.now[number]]
        funds = {**old.funds, "pooling": old.funds["pooling"] * (amount % 7) // 7}
        if funds == old.funds:
            return  # nothing to correct any more
        self.say(f"{number} is corrected to funds {funds}")
        case = Case(number, old.key, old.month, "", old.total, old.in_scope, funds, old.account)
        batch = self._import("settlements", [self._row(case)], refused=1)
        refusal = Refusal.objects.get(batch=batch)
        by, at = self.world.prov_clearing, self.world.now
        proposal = correction_propose(by=by, at=at, refusal=refusal, reason="金额有误")
        correction_approve(by=self.world.prov_clearing_2, at=at, correction=proposal)
        self.now[number] = self.model.correct(self.now[number], funds)

    def deduct(self, which: int, month: str, amount: int) -> None:
        number = self._number(which)
        if number is None or self._is_cancelled(number):
            return
        self.say(f"{yuan(amount)} is deducted from {number} in {month}")
        said = {
            "期别": month,
            "结算编号": number,
            "扣款类别": "审核扣款",
            "原因": f"复核 {next(self.numbers)}",
        }
        self._import("deductions", [said | {"金额": yuan(amount)}])
        at = self.now[number]
        self.model.deduct(self.model.cases[at].key, month, amount, at)

    def group(self, which: int, month: str, amount: int) -> None:
        self.deduct_group((*PAIRS[which % len(PAIRS)], "employee", "inpatient"), month, amount)

    def deduct_group(self, key: Key, month: str, amount: int) -> None:
        insured, care, insurance, kind = key
        if all(case.key[1] != care for case in self.model.cases):
            return  # nobody has heard of the hospital yet
        said = {
            "期别": month, "参保地区划": AREAS[insured], "就医地区划": AREAS[care],
            "险种": INSURANCES[insurance], "医疗类别": CARE[kind], "定点医药机构编号": HOSPITALS[care],
            "扣款类别": "协议违约", "原因": f"考核 {next(self.numbers)}",
        }  # fmt: skip
        self.say(f"{yuan(amount)} is deducted from {key} in {month}")
        self._import("deductions", [said | {"金额": yuan(amount)}])
        self.model.deduct(key, month, amount)

    def compute(self, which: int, month: str, amount: int) -> None:
        self.say(f"{month} is computed")
        self.both(lambda: self._compute(month), lambda: self.model.compute(month))

    def _compute(self, month: str) -> ClearingPeriod:
        return period_compute(period=month, by=self.world.prov_clearing, at=self.world.now)

    def empty(self, which: int, month: str, amount: int) -> None:
        self.say(f"{month} is said to be empty")
        by, at = self.world.prov_clearing, self.world.now
        self.both(
            lambda: empty_month_compute(period=month, by=by, at=at),
            lambda: self.model.begin_empty(month, f"{at:%Y%m}"),
        )

    def dispute(self, which: int, month: str, amount: int) -> None:
        numbers = [number for number, at in self.now.items() if self._is_open(self.model.cases[at].period)]
        number = numbers[which % len(numbers)] if numbers else self._number(which)
        if number is None:
            return
        case = self.model.cases[self.now[number]]
        clerks = self._clerks()
        parties = [code for code in case.key[:2] if code in clerks]
        if not parties:
            return
        region = parties[amount % len(parties)]
        self.say(f"{region} disputes {number}")
        done = self.both(
            lambda: case_dispute(by=clerks[region], at=self.world.now, settlement_no=number, reason="有异议"),
            lambda: self.model.dispute(self.now[number], region),
        )
        if done is not None:
            self.held.append((done[1], done[0].held_no))

    def take_back(self, which: int, month: str, amount: int) -> None:
        self._decide(which, "take_back")

    def release(self, which: int, month: str, amount: int) -> None:
        self._decide(which, "released")

    def reject(self, which: int, month: str, amount: int) -> None:
        self._decide(which, "rejected")

    def _decide(self, which: int, how: str) -> None:
        if not self.held:
            return
        held, number = self.held[which % len(self.held)]
        case = HeldCase.objects.get(held_no=number)
        asked: dict[str, Any] = {"at": self.world.now, "case": case, "reason": "核过"}
        self.say(f"{number} ({self.model.cases[held.case].no}): {how}")
        if how == "take_back":
            by = self._clerks()[held.by]
            self.both(lambda: case_take_back(by=by, **asked), lambda: self.model.take_back(held))
            return
        act = case_release if how == "released" else case_reject
        self.both(lambda: act(by=self.world.prov_clearing, **asked), lambda: self.model.decide(held, how))

    def sign(self, which: int, month: str, amount: int) -> None:
        period = next((one for one in self.months if self._is_open(one)), None)
        if period is None or self.model.months[period].is_stale:
            return
        found = ClearingPeriod.objects.get(period=period)
        self.say(f"{period} is confirmed and signed")
        for party in unconfirmed(found):
            region = self.regions[party.id]
            region_confirm(period=period, region=region, by=self.world.system, at=self.world.now)
        for region in self.model.inside:
            self.model.months[period].confirmed[region] = self.model.part_of(
                self.model.months[period], region
            )
        reasons = self.model.reasons_against(period)
        by, at = self.world.prov_clearing, self.world.now
        if reasons:
            with pytest.raises(DomainErrors) as refused:
                period_sign(period=period, by=by, at=at)
            assert {error.code for error in refused.value.errors} == reasons
            self.say(f"  both refuse: {sorted(reasons)}")
            return
        period_sign(period=period, by=by, at=at)
        self.model.sign(period)
        self.signed[period] = self._kept(period)

    def _is_open(self, period: str) -> bool:
        return period in self.model.months and not self.model.months[period].is_signed

    def pay(self, which: int, month: str, amount: int) -> None:
        if not self.model.notices:
            return
        theirs = self.model.notices[which % len(self.model.notices)]
        left = abs(theirs.amount) - theirs.paid
        if not left:
            return
        ours = self._ours(theirs)
        paid = min(amount * 5, left)
        self.say(f"{yuan(paid)} of {yuan(left)} is paid for {ours}")
        receives = theirs.amount > 0
        account = accounts_now(self.world.today)[ours.region_id]
        said = LineContent(
            booked_on=self.world.today,
            reference=f"T{next(self.numbers)}",
            direction="out" if receives else "in",
            amount_fen=paid,
            other_name=account.holder,
            other_account=account.account_no,
            note=ours.notice_no,
        )
        line_enter(by=self.world.prov_finance, at=self.world.now, said=said)
        self.model.pay(theirs, paid)

    # --- helpers of steps ---

    @staticmethod
    def _ours(notice: clearing.Notice) -> Notice:
        """The program's notice, that of the model given."""
        return Notice.objects.get(
            category=CATEGORIES[notice.of],
            period=notice.period,
            subject_no=notice.subject,
            region__code=notice.region,
            state=NoticeState.ISSUED,
        )

    def _clerks(self) -> dict[str, User]:
        world = self.world
        return {
            "220100": world.changchun_clearing,
            "220200": world.jilin_clearing,
            "222400": world.yanbian_clearing,
        }

    def _number(self, which: int) -> str | None:
        numbers = list(self.now)
        return numbers[which % len(numbers)] if numbers else None

    def _is_cancelled(self, number: str) -> bool:
        return any(case.of == self.now[number] for case in self.model.cases)

    def _deducted(self, number: str) -> bool:
        return any(taken.case == self.now[number] for taken in self.model.taken)

    def _row(self, case: Case) -> dict[str, Any]:
        insured, care, insurance, kind = case.key
        cash = case.total - case.fund - case.account
        day = f"{case.month[:4]}-{case.month[4:]}"
        return row(
            case.no,
            **{column: yuan(case.funds[name]) for name, column in FUND_COLUMNS.items()},
            险种=TYPES[insurance],
            参保地区划=AREAS[insured],
            就医地区划=AREAS[care],
            定点医药机构编号=HOSPITALS[care],
            医疗类别=CARE[kind],
            入院日期=f"{day}-03",
            出院日期=f"{day}-09",
            结算时间=f"{day}-09 10:30:00",
            医疗费总额=yuan(case.total),
            全自费="0",
            超限价自费="0",
            先行自付="0",
            符合政策范围=yuan(case.in_scope),
            实际起付线="0",
            基金支付总额=yuan(case.fund),
            个人账户=yuan(case.account),
            个人现金=yuan(cash),
        )

    def _import(self, kind: str, rows: list[dict[str, Any]], refused: int = 0) -> Any:
        path = write(self.folder, rows, f"{kind}-{next(self.files)}.csv")
        system = self.world.system
        batch, outcome = batch_run(kind=kind, path=path, by=system, system=system, at=self.world.now)
        assert len(outcome.refused) == refused, outcome.refused
        return batch

    # --- what both say ---

    def compare(self) -> None:
        """Every computed month that waits for nothing, notices, what was signed, the model's own rules."""
        for period, month in self.model.months.items():
            stored = ClearingPeriod.objects.get(period=period)
            assert stored.is_signed == month.is_signed
            if not month.is_stale:
                assert self._lines(stored) == self._expected(month.lines), period
                assert stored.local_cases == month.local
                assert self._nets(stored) == self.model.net(period), period
        assert self._notices() == sorted(as_told(one) for one in self.model.notices)
        assert self.model.broken() == []
        for period, digests in self.signed.items():
            assert self._sheets(period) == digests, f"{period} changed after its signature"

    def _lines(self, month: ClearingPeriod) -> dict[Any, dict[str, int]]:
        names = list(FIELDS.values())
        keys = ("insured_region_id", "care_region_id", "insurance_type", "care_kind")
        found = {}
        for line in ClearingLine.objects.filter(period=month).values_list(*keys, *names):
            key = (self.codes[line[0]], self.codes[line[1]], *line[2:4])
            found[key] = dict(zip(FIELDS, line[4:], strict=True))
        return found

    @staticmethod
    def _expected(lines: dict[Any, dict[str, int]]) -> dict[Any, dict[str, int]]:
        return {key: {name: line.get(name, 0) for name in FIELDS} for key, line in lines.items()}

    def _nets(self, month: ClearingPeriod) -> dict[str, int]:
        book = MonthBook(month)
        return {one.party.code: one.net_fen for one in rules.net(book.lines, book.parties)}

    def _notices(self) -> list[tuple[Any, ...]]:
        rows = with_payments(Notice.objects.filter(state=NoticeState.ISSUED).select_related("region"))
        return sorted(
            (
                *(one.category, one.period, one.subject_no, one.region.code, one.direction),
                *(one.total_fen, one.employee_fen, one.resident_fen, one.paid_fen),
            )
            for one in rows
        )

    @staticmethod
    def _kept(period: str) -> list[tuple[str, str]]:
        rows = SignedSheet.objects.filter(
            period=ClearingPeriod.objects.get(period=period), version=F("period__version")
        )
        return sorted(
            (f"{form} {code or ''}", kept)
            for form, code, kept in rows.values_list("form_no", "region__code", "digest")
        )

    def _sheets(self, period: str) -> list[tuple[str, str]]:
        book = MonthBook(ClearingPeriod.objects.get(period=period))
        return sorted(
            (f"{form} {party.code if party else ''}", digest(data)) for form, party, data in all_sheets(book)
        )


def as_told(notice: clearing.Notice) -> tuple[Any, ...]:
    """A notice of the model as the program tells it: every amount in its own direction."""
    sign, direction = (1, "receipt") if notice.amount > 0 else (-1, "payment")
    which = (CATEGORIES[notice.of].value, notice.period, notice.subject, notice.region, direction)
    return (*which, sign * notice.amount, sign * notice.employee, sign * notice.resident, notice.paid)


@contextmanager
def nothing_stays() -> Iterator[None]:
    """One example, of which nothing stays."""
    try:
        with transaction.atomic():
            yield
            raise Rollback
    except Rollback:
        pass


# Shrinking would do every example again hundreds of times; the steps are told in words instead.
asked = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
