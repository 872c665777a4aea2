"""核对清单: what must hold before a month is signed, line by line; higher slices join theirs.

A line that a person may judge can be passed over with a reason by two people (settlement/clearing/skips.py);
arithmetic, an earlier unsigned month and figures that wait to be computed never can [P].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.urls import reverse

from agency.errors import DomainError
from agency.periods import period_label
from agency.registry import Registry
from agency.web.parts import Broken
from settlement.clearing import checks, rules, selectors
from settlement.clearing.changes import has_changed_since
from settlement.clearing.consents import ChecklistSkip
from settlement.clearing.filling import MonthBook, region_digest
from settlement.clearing.models import ClearingPeriod
from settlement.clearing.rules import Party
from settlement.clearing.states import OPEN_SKIPS, SkipState

BROKEN_SHOWN = 3


@dataclass(frozen=True)
class Blocker:
    """One line of the checklist: `key` is its own and stable, `label` what must hold, `detail` why it does
    not. `part` names the one of many that a line speaks of: such lines are refused in one sentence. `seen`
    gives what a skip is bound to; it is asked only where there is a skip (None: key and detail).
    """

    key: str
    label: str
    ok: bool
    detail: str = ""
    url: str = ""
    can_skip: bool = False
    part: str = ""
    seen: Callable[[], str] | None = None

    @property
    def code(self) -> str:
        """What a refusal is called: the key without its part."""
        return self.key.partition(":")[0]

    def seen_digest(self) -> str:
        return rules.skip_digest(self.key, self.seen() if self.seen else self.detail)


# Each is called with the computed month and gives its lines; cheap enough for every view of the month's page.
CHECKLIST: Registry[Callable[[ClearingPeriod], list[Blocker]]] = Registry("checklist")


@dataclass(frozen=True)
class Item:
    """A line with the skip that stands for it; `outdated`: it was proposed for another fact than there is."""

    blocker: Blocker
    skip: ChecklistSkip | None = None
    outdated: bool = False

    @property
    def skipped(self) -> bool:
        return self.blocker.can_skip and self.skip is not None and self.skip.is_approved and not self.outdated

    @property
    def settled(self) -> bool:
        return self.blocker.ok or self.skipped


@dataclass
class Section:
    """The lines of one registered function under its name."""

    title: str
    items: list[Item] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        return all(item.settled for item in self.items)

    @property
    def open(self) -> list[Item]:
        return [item for item in self.items if not item.settled]

    @property
    def waits(self) -> bool:
        """Whether only what people have yet to do stands open, and nothing that is wrong."""
        return not self.settled and all(item.blocker.can_skip for item in self.open)

    @property
    def shown(self) -> list[Item]:
        """What is worth a line of its own: all that does not simply hold."""
        return [item for item in self.items if not item.blocker.ok]

    @property
    def count(self) -> str:
        """How many of how many, where a line has parts."""
        done = sum(item.settled for item in self.items)
        return f"{done} / {len(self.items)}" if any(item.blocker.part for item in self.items) else ""


def checklist_of(month: ClearingPeriod) -> list[Section]:
    """All lines of a computed month, section by section."""
    skips = {skip.key: skip for skip in open_skips(month)}
    return [
        Section(entry.name, [_with_skip(blocker, skips) for blocker in entry.function(month)])
        for entry in CHECKLIST
    ]


def open_skips(month: ClearingPeriod) -> Iterable[ChecklistSkip]:
    """The skips of a month that are proposed or approved."""
    rows = ChecklistSkip.objects.filter(period=month, state__in=OPEN_SKIPS)
    return rows.select_related("proposed_by", "approved_by").order_by("pk")


def item_named(month: ClearingPeriod, key: str) -> Item | None:
    """One line of the checklist; None when there is none of this key."""
    found = (item for section in checklist_of(month) for item in section.items if item.blocker.key == key)
    return next(found, None)


def _with_skip(blocker: Blocker, skips: dict[str, ChecklistSkip]) -> Item:
    skip = skips.get(blocker.key)
    return Item(blocker, skip, skip is not None and skip.seen_digest != blocker.seen_digest())


def regions_passed_over(months: Iterable[ClearingPeriod]) -> dict[int, set[int]]:
    """Ids of the regions without whose confirmation an unsigned month may be signed, by month."""
    unsigned = {month.pk: month for month in months if not month.is_signed}
    found: dict[int, set[int]] = {}
    rows = ChecklistSkip.objects.filter(period__in=unsigned, key__startswith=f"{rules.NOT_CONFIRMED}:")
    for skip in rows.filter(state=SkipState.APPROVED).order_by("pk"):
        month = unsigned[skip.period_id]
        by_key = {
            rules.confirmation_key(party.code): party for party in selectors.parties_of(month).must_confirm
        }
        party = by_key.get(skip.key)
        if party and _confirmation(month, party, is_given=False).seen_digest() == skip.seen_digest:
            found.setdefault(month.pk, set()).add(party.id)
    return found


# --- what stands against a signature ------------------------------------------------------------------------


def reasons_against(month: ClearingPeriod) -> list[DomainError]:
    """Every reason not to sign, at once: open lines, confirmations of other figures, invariants that fail."""
    sections = checklist_of(month)
    reasons = [reason for section in sections for reason in _refusals(section.open)]
    reasons += stale_confirmations(month)
    told = {reason.message for reason in reasons}
    return reasons + [reason for reason in broken_invariants(month) if reason.message not in told]


def _refusals(items: list[Item]) -> Iterator[DomainError]:
    """Lines of one sentence together, with their parts."""
    parts: dict[tuple[str, str], list[Blocker]] = {}
    for item in items:
        parts.setdefault((item.blocker.code, item.blocker.detail), []).append(item.blocker)
    for (code, detail), blockers in parts.items():
        names = "、".join(blocker.part for blocker in blockers if blocker.part)
        yield DomainError(code, f"{detail}：{names}" if names else detail, keys=[row.key for row in blockers])


def stale_confirmations(month: ClearingPeriod) -> list[DomainError]:
    """Confirmations that stand but were given to other figures than there are now: computing voids such, so
    they come only from a write past the program."""
    book = MonthBook(month)
    given = selectors.confirmations_of(month)
    names = [
        party.name
        for party in book.parties.must_confirm
        if party.id in given and given[party.id].digest != region_digest(book, party)
    ]
    return (
        [DomainError(rules.NOT_CONFIRMED, f"确认时所见与现在的表不同：{'、'.join(names)}")] if names else []
    )


def broken_invariants(month: ClearingPeriod) -> list[DomainError]:
    """The first invariants that do not hold, by name: every one is proven, none can be passed over."""
    return [_fails(item) for item in list(checks.period_invariants(month))[:BROKEN_SHOWN]]


def _fails(item: Broken) -> DomainError:
    return DomainError("check_fails", f"{item.check}不成立：{item.subject} {item.message}")


# --- the clearing's own lines -------------------------------------------------------------------------------


@CHECKLIST.register("较早的月份已签发", order=10)
def earlier_months(month: ClearingPeriod) -> list[Blocker]:
    """Months are signed in order."""
    earlier = [] if month.is_signed else selectors.unsigned_months_before(month.period)
    names = "、".join(period_label(period) for period in earlier)
    detail = f"{names}还没有签发，须依次签发" if earlier else ""
    url = reverse("settlement:period_detail", kwargs={"period": earlier[0]}) if earlier else ""
    return [Blocker("earlier_month_unsigned", "较早的月份已签发", not earlier, detail, url)]


@CHECKLIST.register("各统筹区已确认", order=20)
def confirmations(month: ClearingPeriod) -> list[Blocker]:
    """Every region in force has said yes to its sheets; a region that does not can be passed over."""
    given = selectors.confirmations_of(month)
    must_confirm = selectors.parties_of(month).must_confirm
    return [_confirmation(month, party, party.id in given) for party in must_confirm]


def _confirmation(month: ClearingPeriod, party: Party, is_given: bool) -> Blocker:
    where = {"period": month.period, "region_code": party.code}
    return Blocker(
        key=rules.confirmation_key(party.code),
        label=f"{party.name}确认清算表",
        ok=is_given,
        detail="" if is_given else "还没有确认",
        url=reverse("settlement:region_sheets", kwargs=where),
        can_skip=True,
        part=party.name,
        seen=lambda: region_digest(MonthBook(month, party), party),
    )


@CHECKLIST.register("计算之后没有变动", order=30)
def computed_last(month: ClearingPeriod) -> list[Blocker]:
    """Nothing came or went since the month was computed."""
    changed = has_changed_since(month)
    detail = "计算之后明细、扣款或异地关系有变动，请重新计算" if changed else ""
    return [Blocker("needs_computing", "计算之后没有变动", not changed, detail)]


@CHECKLIST.register("应收等于应付，各行相加", order=40)
def stored_sums(month: ClearingPeriod) -> list[Blocker]:
    """What the stored lines prove by themselves; the records behind them are proven at the signature."""
    found: list[Broken] = []
    for check in (checks.balance, checks.arithmetic, checks.lines_digest):
        found += check(month)
    detail = f"{found[0].check}不成立：{found[0].subject} {found[0].message}" if found else ""
    return [Blocker("check_fails", "应收等于应付，各行相加", not found, detail)]
