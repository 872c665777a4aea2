"""A made-up province: persons with names as common as they are, numbers that pass, regions of all sizes."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from itertools import accumulate, chain
from typing import Any

from django.db import connection

from agency.identity import check_digit
from agency.organisation.models import AreaCode, PoolingRegion, User
from agency.organisation.roles import Role
from filings.models import Filing
from filings.people.rules import name_initials
from tests.bench.timing import fill
from tests.support.world import make_user

SURNAMES = dict(
    zip(
        "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
        "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
        "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文朴单仇解查盖尉区",
        chain([70, 69, 66, 53, 45, 31, 29, 22, 21, 20], accumulate([20] + [-0.13] * 130)),
        strict=False,
    )
)
FIRST = "建军杰静佳俊金晶国志明晓海玉秀桂春永文新红丽华小立德成光兴振振宏长庆学海宝云凤淑艳雪冬天子"
SECOND = "国华明军平芳英兰红梅伟强勇涛磊超鹏飞刚波辉林玲丽娟霞艳燕敏静洁琴云莲真环雪荣爱妹香月莺媛瑞凡佳"
# Of a hundred people; the last one is the small region of the worst cases.
SHARES = {
    "220100": 34, "220200": 17, "220300": 11, "220500": 9, "222400": 8, "220700": 7, "220800": 6,
    "220400": 4, "220600": 2, "229900": 1, "229901": 1,
}  # fmt: skip
SMALL, LARGE = "229901", "220100"


def numbers(rows: int, areas: list[str]) -> Iterator[tuple[str, str, dt.date]]:
    """(number, sex, birth date): all different, all with the right check digit."""
    chance, known = random.Random(1), set()
    first = dt.date(1935, 1, 1)
    while len(known) < rows:
        born = first + dt.timedelta(days=chance.randrange(31_000))
        digits = f"{chance.choice(areas)}{born:%Y%m%d}{chance.randrange(1, 1000):03d}"
        if digits not in known:
            known.add(digits)
            yield digits + check_digit(digits), "male" if int(digits[-1]) % 2 else "female", born


def names(rows: int) -> Iterator[str]:
    """Nine of ten surnames are the common ones; two thirds have two characters behind them."""
    chance = random.Random(2)
    surnames, weights = list(SURNAMES), list(accumulate(max(0.5, w) for w in SURNAMES.values()))
    for _ in range(rows):
        last = chance.choices(surnames, cum_weights=weights)[0]
        given = chance.choice(FIRST) + (chance.choice(SECOND) if chance.random() < 0.67 else "")
        yield last + given


def make_people(rows: int) -> None:
    """Persons, their initials, one enrolment each; the search keys come from the triggers."""
    known: list[str] = []
    # read before COPY begins, for a connection that copies answers nothing else
    areas = sorted(
        set(AreaCode.objects.filter(area_code__startswith="22").values_list("area_code", flat=True))
    )
    regions = dict(PoolingRegion.objects.values_list("code", "pk"))

    def persons() -> Iterator[tuple[Any, ...]]:
        for pk, ((number, sex, born), name) in enumerate(
            zip(numbers(rows, areas), names(rows), strict=True), 1
        ):
            known.append(name)
            yield pk, f"P{pk:08d}", "01", number, name, sex, str(born), "", ""

    columns = ("id", "person_no", "cert_type", "cert_no", "name", "sex", "birth_date", "phone", "platform_no")
    fill("filings_insuredperson", columns, persons())
    letters = {name: name_initials(name) for name in sorted(set(known))}
    fill(
        "filings_personinitials",
        ("person_id", "letters"),
        ((pk, found) for pk, name in enumerate(known, 1) for found in letters[name]),
    )
    fill(
        "filings_enrolment",
        ("person_id", "region_id", "area_code", "insurance_type", "category", "status", "begins_on",
         "employer"),
        enrolments(rows, regions),
    )  # fmt: skip
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval(pg_get_serial_sequence('filings_insuredperson', 'id'), %s)", [rows])


def enrolments(rows: int, regions: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    """One each, in force since 2010."""
    chance = random.Random(3)
    codes, weights = list(SHARES), list(accumulate(SHARES.values()))
    for pk in range(1, rows + 1):
        code = chance.choices(codes, cum_weights=weights)[0]
        yield pk, regions[code], code, "employee", "working", "normal", "2010-01-01", ""


STATES = (
    "in_force",
    "expired",
    "cancelled",
    "declined",
    "lapsed",
    "draft",
    "under_review",
    "awaiting_supplement",
)
# 1.2 of a hundred are open: 12,000 of a million, 4,000 of them in the large region, of which a counter that
# takes in 230 a day reviews on the day, waits two weeks for supplements and forgets drafts for three months.
OF_A_THOUSAND = (758, 120, 50, 30, 30, 4, 5, 3)
KINDS = ("long_term_residence", "retired_relocation", "temporary_other", "referral", "long_term_work")
STAFF, LEFT_BEHIND, OWING = 8, 0.005, 0.002  # per region, the last one gone; shares of what is open, in force
PLACES = (
    ("370000", "370200", "山东省青岛市"),
    ("110000", "110000", "北京市"),
    ("220200", "220200", "吉林市"),
)
NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


def make_filings(rows: int, people: int) -> None:
    """Filings of all states, in the regions of their persons' shares, the newest with the highest numbers."""
    regions = dict(PoolingRegion.objects.values_list("code", "pk"))
    clerks = {
        code: [make_user(f"{code}-{n}", Role.INTAKE, Role.REVIEW, region=code).pk for n in range(STAFF)]
        for code in SHARES
    }
    User.objects.filter(pk__in=[staff[-1] for staff in clerks.values()]).update(is_active=False)
    written = [field for field in Filing._meta.concrete_fields if not field.generated]
    blank = {field.column: field.get_default() for field in written}
    columns = [column for column in blank if column != "id"]

    def made() -> Iterator[list[Any]]:
        chance = random.Random(4)
        for number in range(rows):
            row = {**blank, **_filing(chance, number, rows, people, regions, clerks)}
            yield [row[column] for column in columns]

    fill("filings_filing", columns, made())


def _filing(
    chance: random.Random,
    number: int,
    rows: int,
    people: int,
    regions: dict[str, int],
    clerks: dict[str, list[int]],
) -> dict[str, Any]:
    code = chance.choices(list(SHARES), weights=list(SHARES.values()))[0]
    state = chance.choices(STATES, weights=OF_A_THOUSAND)[0]
    care, area, place = chance.choice(PLACES)
    received = NOW.date() - dt.timedelta(days=(rows - number) * 1500 // rows)
    began = state in ("in_force", "expired", "cancelled")
    ends = {
        "in_force": received + dt.timedelta(days=1505) if number % 3 else None,
        "expired": received + dt.timedelta(days=1),
        "cancelled": received + dt.timedelta(days=30),
    }.get(state)
    *there, gone = clerks[code]
    by, reviewer = chance.sample(there, 2)
    waits = state in ("draft", "under_review", "awaiting_supplement")
    owes = state == "in_force" and chance.random() < OWING
    due = NOW.date() + dt.timedelta(days=number % 40 - (3 if state == "under_review" else 0))
    return {
        "filing_no": f"F{number:010d}",
        "person_id": number % people + 1,
        "insured_region_id": regions[code],
        "insurance_type": "employee",
        "category": "working",
        "kind": KINDS[number % len(KINDS)],
        "care_region_id": regions[care],
        "care_area_code": area,
        "care_place_name": place,
        "received_on": str(received),
        "begins_on": str(received + dt.timedelta(days=number % 7)),
        "ends_on": str(ends + dt.timedelta(days=7)) if ends else None,
        "state": state,
        "deadline_on": str(due) if waits else None,
        "proof_due_on": str(due - dt.timedelta(days=10)) if owes else None,
        "proof_lapses_on": str(due) if owes else None,
        "green_channel": chance.random() < 0.15,
        "assigned_to_id": reviewer if state == "under_review" else None,
        "taken_in_by_id": gone if waits and chance.random() < LEFT_BEHIND else by,
        "taken_in_at": str(NOW),
        "submitted_at": None if state == "draft" else str(NOW),
        "reviewed_by_id": reviewer if began else None,
        "reviewed_at": str(NOW) if began else None,
        "effective_at": str(NOW) if began else None,
    }
