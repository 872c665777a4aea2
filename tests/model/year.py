"""年终清算的第二个模型: what the rules say of a year, written once more without the program.

Everything that counts in a signed month is of one year: of the year of that month, unless its case (or the
month that it states) is of the year before and the year before has taken the month in. So a year is made anew
each time, out of the cases, deductions and held cases of its months and of the next year's first; unlike the
program it never adds up what was added up before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.model.clearing import INSIDE, PLATFORM, Key, Ledger, Refused

DEADLINE = 3  # cases of a year count in it until this month of the next
INSURANCES = ("employee", "resident")
KINDS = ("outpatient", "chronic", "inpatient", "pharmacy", "maternity")
Line = dict[str, int]


def months_of(year: str) -> list[str]:
    return [f"{year}{month:02d}" for month in range(1, 13)]


def after(year: str) -> str:
    return str(int(year) + 1)


def before(year: str) -> str:
    return str(int(year) - 1)


@dataclass
class Year:
    """What a year was when it was computed last; amounts in fen."""

    name: str
    monthly: dict[Key, int]  # 月度合计
    lines: dict[Key, Line]  # every figure as assessed; `due` is 年终核定
    late_through: str  # the last month of the next year that was taken in
    received: dict[Key, int] = field(default_factory=dict)
    paid: dict[Key, int] = field(default_factory=dict)
    moment: int = 0  # payments until then are in it
    is_closed: bool = False

    def figures(self) -> object:
        return (self.monthly, self.lines, self.late_through, self.received, self.paid)

    def of(self, region: str) -> dict[str, int]:
        """What form 15 says of a region."""
        owed = [key for key in self.lines if _side(key[1]) == region]
        owing = [key for key in self.lines if _side(key[0]) == region]
        return {
            "receivable_fen": sum(self.lines[key]["due"] for key in owed),
            "payable_fen": sum(self.lines[key]["due"] for key in owing),
            "received_fen": sum(self.received[key] for key in owed),
            "paid_fen": sum(self.paid[key] for key in owing),
            "deducted_in_fen": sum(self.lines[key].get("deduction", 0) for key in owed),
            "deducted_out_fen": sum(self.lines[key].get("deduction", 0) for key in owing),
        }


def _side(party: str) -> str:
    return party if party in INSIDE else PLATFORM


def _on_sheet(key: Key) -> object:
    """In which order lines stand on the sheets."""
    insured, care, insurance, kind = key
    return (INSURANCES.index(insurance), _place(insured), _place(care), KINDS.index(kind))


def _place(party: str) -> tuple[int, str]:
    return (INSIDE.index(party), "") if party in INSIDE else (len(INSIDE), party)


class YearLedger(Ledger):
    """Months, and years on top of them."""

    def __init__(self) -> None:
        super().__init__()
        self.years: dict[str, Year] = {}

    def closed_until(self) -> str:
        """The last closed year; empty while there is none."""
        return max((year.name for year in self.years.values() if year.is_closed), default="")

    def open_month(self, month: str) -> str:
        """As ever; but the months of closed years, and all before them, take nothing in any more."""
        last = self.closed_until()
        return super().open_month(f"{after(last)}01" if last and month[:4] <= last else month)

    def _late_months(self, year: str) -> list[str]:
        found = []
        for month in months_of(after(year))[:DEADLINE]:
            if not self.is_signed(month):
                break
            found.append(month)
        return found

    def year_of(self, origin: str, period: str, year: str, late: list[str]) -> str:
        """The year to which something belongs that is of one month and counts in another, while `year` is
        being computed with the months `late` of the next year."""
        older, own = before(period[:4]), period[:4]
        if origin[:4] != older:
            return own
        taken = late if older == year else self._taken_by(older)
        return older if period in taken else own

    def _taken_by(self, year: str) -> list[str]:
        """The months of the next year that a closed year has taken in."""
        found = self.years.get(year)
        if found is None or not found.is_closed:
            return []
        return [month for month in months_of(after(year)) if month <= found.late_through]

    # --- compute ---

    def year_reasons(self, year: str) -> None:
        """Why a year cannot be computed."""
        known = self.known_months()
        wanted = [month for month in months_of(year) if known and month >= min(known)]
        if not wanted:
            raise Refused("nothing_on_record")
        if not all(self.is_signed(month) for month in wanted):
            raise Refused("months_unsigned")

    def compute_year(self, year: str) -> Year:
        if year in self.years and self.years[year].is_closed:
            raise Refused("already_closed")
        self.year_reasons(year)
        earlier = {month[:4] for month in self.known_months() if month[:4] < year}
        if any(not (name in self.years and self.years[name].is_closed) for name in earlier):
            raise Refused("earlier_year_open")
        found = self._made(year, self.moment, self._late_months(year))
        if year not in self.years or self.years[year].figures() != found.figures():
            self.years[year] = found
        return self.years[year]

    def _made(self, year: str, moment: int, late: list[str]) -> Year:
        """A year out of its months and the `late` ones of the next, with payments until a moment."""
        signed = [month for month in months_of(year) if self.is_signed(month)]
        monthly: dict[Key, int] = {}
        lines: dict[Key, Line] = {}
        for month in signed:
            for key, line in self.added(month).items():
                monthly[key] = monthly.get(key, 0) + line["due"]
                lines.setdefault(key, {"due": 0})
        for month in [*signed, *late]:
            of_year = self.added(
                month, lambda origin, month=month: self.year_of(origin, month, year, late) == year
            )
            for key, line in of_year.items():
                into = lines.setdefault(key, {"due": 0})
                for name, amount in line.items():
                    into[name] = into.get(name, 0) + amount
        found = Year(year, {key: monthly.get(key, 0) for key in lines}, lines, late[-1] if late else "")
        found.moment = moment
        self._settle(found)
        return found

    # --- received and paid ---

    def _settle(self, year: Year) -> None:
        """What is not open on the year's notices is received and paid."""
        year.received = {key: line["due"] for key, line in year.lines.items()}
        year.paid = dict(year.received)
        for region in self.inside:
            receive, pay = self._open_on_notices(region, year)
            owed = [key for key in year.lines if key[1] == region and year.monthly[key]]
            owing = [key for key in year.lines if key[0] == region and year.monthly[key]]
            if not owed:  # a side without lines: the other bears it, below nil
                receive, pay = 0, pay - receive
            elif not owing:
                receive, pay = receive - pay, 0
            for key, part in self.spread(receive, owed, year).items():
                year.received[key] -= part
            for key, part in self.spread(pay, owing, year).items():
                year.paid[key] -= part

    def _open_on_notices(self, region: str, year: Year) -> tuple[int, int]:
        """What the region waits for and owes on the notices of the year's months."""
        receive = pay = 0
        for notice in self.notices:
            of_year = notice.of == "clearing" and notice.period[:4] == year.name
            if notice.region == region and of_year:
                left = abs(notice.amount) - notice.paid_until(year.moment)
                receive, pay = (receive + left, pay) if notice.amount > 0 else (receive, pay + left)
        return receive, pay

    @staticmethod
    def spread(amount: int, keys: list[Key], year: Year) -> dict[Key, int]:
        """An amount over lines as their monthly sums are, half up to the fen by what is reached so far."""
        whole = sum(abs(year.monthly[key]) for key in keys)
        found, reached, given = {}, 0, 0
        for key in sorted(keys, key=_on_sheet):
            reached += abs(year.monthly[key])
            upto = (abs(amount) * reached * 2 + whole) // (whole * 2)
            found[key] = (upto - given) * (1 if amount >= 0 else -1)
            given = upto
        return found

    # --- close ---

    def close_year(self, year: str) -> Year:
        found = self.years.get(year)
        if found is None:
            raise Refused("not_computed")
        if found.is_closed:
            raise Refused("already_closed")
        self.year_reasons(year)
        if self._made(year, found.moment, self._late_months(year)).figures() != found.figures():
            raise Refused("shown_is_outdated")
        found.is_closed = True
        return found

    # --- what must always hold ---

    def broken(self) -> list[str]:
        """Invariants of the months, and those of the years."""
        found = super().broken()
        for year in self.years.values():
            nets = dict.fromkeys((*self.inside, PLATFORM), 0)
            for key, line in year.lines.items():
                nets[_side(key[1])] += line["due"]
                nets[_side(key[0])] -= line["due"]
            if sum(nets.values()):
                found.append(f"{year.name}: the nets do not sum to nil")
            again = self._made(year.name, year.moment, self._taken_by(year.name))
            if year.is_closed and again.figures() != year.figures():
                found.append(f"{year.name}: changed after it was closed")
        return [*found, *self._years_that_leave_something()]

    def _years_that_leave_something(self) -> list[str]:
        """Each closed year has what its months have, and what it took in of the next year's, less what the
        year before took in: closed years in a row are their months and the last one's late part."""
        closed = sorted(name for name, year in self.years.items() if year.is_closed)
        if not closed:
            return []
        assessed = sum(line["due"] for name in closed for line in self.years[name].lines.values())
        months = [month for name in closed for month in months_of(name) if self.is_signed(month)]
        counted = sum(line["due"] for month in months for line in self.added(month).values())
        last = self.years[closed[-1]]
        for month in self._taken_by(last.name):
            late = self.added(month, lambda origin: origin[:4] == last.name)
            counted += sum(line["due"] for line in late.values())
        return [] if assessed == counted else [f"years come to {assessed}, their months to {counted}"]
