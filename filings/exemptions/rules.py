"""免备案的判断: which row of the rule table holds, and of what level a place is. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

ANY = "any"
IN_PROVINCE, CROSS_PROVINCE = "in_province", "cross_province"
OWN, COUNTY, PREFECTURE = "own", "county", "prefecture"
STUDENT, EMERGENCY = "student", "emergency"
NONE, TEMPORARY, FILING = "none", "temporary", "filing"
JILIN = "jilin"
PROJECT = "[P]"

_GROUP_TEXT = {STUDENT: "在校学生", EMERGENCY: "急诊抢救"}
_SCOPE_TEXT = {IN_PROVINCE: "省内异地就医", CROSS_PROVINCE: "跨省就医"}
_NEEDS_TEXT = {NONE: "不用备案", TEMPORARY: "须先办临时备案", FILING: "须先备案"}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One row of the rule table that is in force on the day."""

    rule_set: str
    needs: str
    region_id: int | None = None
    scope: str = ANY
    place_level: str = ANY
    care_kind: str = ""
    person_group: str = ANY
    valid_from: dt.date = dt.date(2000, 1, 1)
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose care, where and of what kind. A student or an emergency is what the clerk was shown or told."""

    region_id: int | None
    scope: str
    place_level: str
    place_name: str = ""
    care_kind: str = ""
    student: bool = False
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """Whether a filing is needed, the row that says so (None: no row does), its source, and the sentence."""

    needs: str
    rule: RuleRow | None
    source: str
    sentence: str

    @property
    def is_exempt(self) -> bool:
        return self.needs == NONE


def level_of(area_code: str) -> str:
    """县级 or 地市级 by the last four figures of a division code [GB2260].

    Figures 3–4: 21–50 is an autonomous prefecture (its cities are at county level: 延吉 222401), 90 are
    counties directly under a province, 99 is the province's own level (省直 229900, and 长白山 229901, which
    has no prefecture above it [P]). Figures 5–6: 00 and 99 are the city itself, 01–20 its districts, from 21
    on counties and county-level cities (梅河口 220581, though a pooling region, is one [P]).
    """
    if len(area_code) != 6 or not (area_code.isascii() and area_code.isdigit()):
        return PREFECTURE
    city, county = int(area_code[2:4]), int(area_code[4:])
    if city == 90:
        return COUNTY
    if city == 99 or county in (0, 99):
        return PREFECTURE
    return COUNTY if 21 <= city <= 50 or county > 20 else PREFECTURE


def need_for(rows: Iterable[RuleRow], asked: Asked) -> Need:
    """What the table says. Of the rows that fit, the one that says most about the case holds: first who it is
    (a student, an emergency), then the insured region's own, Jilin's before the national ones [S2], then the
    level of the place, the kind of care, the scope; the newest start last [P].

    Where no row fits, a filing is needed [P].
    """
    fitting = [row for row in rows if _fits(row, asked)]
    if not fitting:
        return Need(FILING, None, PROJECT, "没有一条免备案规则适用，须先备案。")
    row = max(fitting, key=_precedence)
    return Need(row.needs, row, row.source, _sentence(row, asked))


def _fits(row: RuleRow, asked: Asked) -> bool:
    group_holds = {ANY: True, STUDENT: asked.student, EMERGENCY: asked.emergency}
    return (
        group_holds.get(row.person_group, False)
        and row.region_id in (None, asked.region_id)
        and row.scope in (ANY, asked.scope)
        and row.place_level in (ANY, asked.place_level)
        and row.care_kind in ("", asked.care_kind)
    )


def _precedence(row: RuleRow) -> tuple[bool, bool, bool, bool, bool, bool, dt.date]:
    return (
        row.person_group != ANY,
        row.region_id is not None,
        row.rule_set == JILIN,
        row.place_level != ANY,
        row.care_kind != "",
        row.scope != ANY,
        row.valid_from,
    )


def _sentence(row: RuleRow, asked: Asked) -> str:
    """What the row rests on, what it says, and its note: 德惠市属县级，省内异地就医，不用备案。"""
    place = asked.place_name or "就医地"
    levels = {
        OWN: f"{place}在参保地，或与参保地同城",
        COUNTY: f"{place}属县级",
        PREFECTURE: f"{place}属地市级",
    }
    facts = [
        _GROUP_TEXT.get(row.person_group, ""),
        levels.get(row.place_level, ""),
        _SCOPE_TEXT.get(row.scope, ""),
        _NEEDS_TEXT[row.needs],
    ]
    told = "，".join(fact for fact in facts if fact)
    return f"{told}（{row.note}）。" if row.note else f"{told}。"
