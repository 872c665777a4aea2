"""检索参保人: the search box on a million people, for a small region, a large one and the province."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle

from django.db import connection
from django.db.models import Q

from agency.organisation.models import User
from agency.organisation.roles import Level, Role
from filings.models import InsuredPerson, PersonInitials, SearchKey
from filings.people.alike import alike
from filings.people.rules import TermKind, read_term
from filings.people.selectors import LAST_CHARACTER, people_found
from filings.people.twins import near_numbers
from tests.bench.population import LARGE, SMALL, make_filings, make_people
from tests.bench.timing import Call, Measured, Statement, measured, plan, statements, table
from tests.support.world import make_user

TITLE = "检索参保人 (people search)"
AT_LEAST = 30
PEERS = ("one statement by hand", "the same with LIKE and EXISTS", "admin: icontains")


def prepare(rows: int) -> None:
    """Everybody, and a filing for every tenth."""
    make_people(rows)
    make_filings(rows // 10, rows)


def measure(out: Callable[[str], None]) -> None:
    small = make_user("small", Role.SUPERVISOR, level=Level.REGION, region=SMALL)
    large = make_user("large", Role.SUPERVISOR, level=Level.REGION, region=LARGE)
    province = make_user("province", Role.AUDIT, level=Level.PROVINCE)
    out(_hits())
    lines = [line for user in (small, large, province) for line in _lines(user)]
    out(table(lines, "limit: one row by its key", PEERS))
    out(
        "Who may be the same person: beside one of the register (`known`), a number nobody has (`new`),\n"
        "one with a wrong check digit (`wrong`).\n"
    )
    out(
        table(
            [line for user in (small, large, province) for line in _alike_lines(user)],
            "limit: one row by its key",
            (),
        )
    )
    out(
        f"Plan of `new`\n```\n{plan(_alike_statements(small)[0])}\n```\n"
        f"and by name and birth date\n```\n{plan(_alike_statements(small)[1])}\n```"
    )
    out("Plans of what the small region asks (the first statement; the others read by primary key):\n")
    for term in ("220102196", "王", "wj", "220102196104182784"):
        out(f"`{term}`\n```\n{plan(_first(small, term))}\n```")
    out("and the province:\n")
    for term in ("220102196", "王", "wj"):
        out(f"`{term}`\n```\n{plan(_first(province, term))}\n```")


def _hits() -> str:
    wj = PersonInitials.objects.filter(letters__gte="wj", letters__lt="wk")
    wang = InsuredPerson.objects.filter(name__gte="王", name__lt="玌")
    own = SearchKey.objects.filter(region__code=SMALL, text__gte="wj", text__lt="wk").count()
    everybody = f"In the province `wj` hits {wj.count():,} and `王` {wang.count():,} persons"
    return f"{everybody}; in the small region `wj` hits {own:,}.\n"


def _first(by: User, term: str) -> Statement:
    return statements(lambda: people_found(by, term))[0]


def _lines(by: User) -> list[Measured]:
    who = by.username
    people = list(InsuredPerson.objects.visible_to(by).order_by("pk")[: AT_LEAST * 40 : 40])
    everybody = list(InsuredPerson.objects.order_by("pk")[: AT_LEAST * 300 : 300])
    letters = list(dict.fromkeys(row.letters for row in PersonInitials.objects.order_by("pk")[:4000:7]))
    asked = {
        "whole number": [person.cert_no for person in people],
        "our number": [person.person_no for person in people],
        "first 6 of a number": [person.cert_no[:6] for person in everybody],
        "first 10 of a number": [person.cert_no[:10] for person in people],
        "first 14 of a number": [person.cert_no[:14] for person in people],
        "surname": list(dict.fromkeys(person.name[0] for person in everybody + people))[:AT_LEAST],
        "first two of a name": [person.name[:2] for person in people],
        "whole name": [person.name for person in people],
        "whole name, of anywhere": [person.name for person in everybody],
        "1 initial": list("abcdefghjklmnopqrstwxyz") * 2,
        "2 initials": list(dict.fromkeys(text[:2] for text in letters))[: AT_LEAST * 2],
        "3 initials": list(dict.fromkeys(text[:3] for text in letters if len(text) > 2))[:AT_LEAST],
        "`wj`, again and again": ["wj"] * AT_LEAST,
        "`王`, again and again": ["王"] * AT_LEAST,
        "nobody (`zzz`)": ["zzz"] * AT_LEAST,
    }  # every list has its thirty values: what is asked repeatedly shows the spread
    keys = cycle(person.pk for person in people)
    return [
        measured(
            f"{who}: {label}",
            values,
            lambda term: people_found(by, term),
            lambda term: InsuredPerson.objects.filter(pk=next(keys)).first(),
            _peers(by),
        )
        for label, values in asked.items()
    ]


def _alike_lines(by: User) -> list[Measured]:
    people = list(InsuredPerson.objects.visible_to(by).order_by("-pk")[: AT_LEAST * 10 : 10])
    keys = cycle(person.pk for person in people)

    def known(person: InsuredPerson) -> object:
        return alike(by, number=person.cert_no, name=person.name, birth_date=person.birth_date, but=person)

    def new(person: InsuredPerson) -> object:
        number = sorted(near_numbers(person.cert_no))[7]
        return alike(by, number=number, name=person.name, birth_date=person.birth_date)

    def wrong(person: InsuredPerson) -> object:
        last = "0" if person.cert_no[-1] != "0" else "1"
        return alike(by, number=person.cert_no[:17] + last, name="", birth_date=None)

    def limit(person: InsuredPerson) -> object:
        return InsuredPerson.objects.filter(pk=next(keys)).first()

    asked = {"known": known, "new": new, "wrong": wrong}
    return [measured(f"{by.username}: {label}", people, ours, limit, ()) for label, ours in asked.items()]


def _alike_statements(by: User) -> list[Statement]:
    person = InsuredPerson.objects.visible_to(by).order_by("-pk")[0]
    number = sorted(near_numbers(person.cert_no))[7]
    return [
        sent
        for sent in statements(
            lambda: alike(by, number=number, name=person.name, birth_date=person.birth_date)
        )
        if 'FROM "filings_insuredperson"' in sent[0]
    ]


def _peers(by: User) -> list[Call]:
    """By hand; what one writes first: LIKE, the visible ones picked out, in order; and an admin's search."""
    visible = InsuredPerson.objects.visible_to(by)
    columns = {
        TermKind.PERSON_NO: "person_no",
        TermKind.CERT_NO: "cert_no",
        TermKind.CERT_PREFIX: "cert_no",
        TermKind.NAME: "name",
        TermKind.INITIALS: "initials__letters",
    }

    def like(term: str) -> object:
        wanted = read_term(term)
        column = columns[wanted.kind]
        rows = visible.filter(**{f"{column}__startswith": wanted.text}).order_by(column, "pk")
        return list(rows.distinct()[:21])

    def admin(term: str) -> object:
        return list(visible.filter(Q(cert_no__icontains=term) | Q(name__icontains=term)).order_by("-pk")[:21])

    return [_by_hand(by), like, admin]


def _by_hand(by: User) -> Call:
    """The least that answers: one statement over the same index, whose order is taken as it comes."""
    at = {TermKind.PERSON_NO: "person_no = %s", TermKind.CERT_NO: "cert_no = %s"}
    own = f"filings_searchkey k ON k.person_id = p.id AND k.region_id = {by.region_id}"
    letters = "filings_personinitials k ON k.person_id = p.id"
    begins = "{0} >= %s AND {0} < %s" if connection.vendor == "sqlite" else "{0} LIKE %s"

    def ask(term: str) -> object:
        wanted = read_term(term)
        join, where = "", at.get(wanted.kind, "")
        if not where and by.region_id:
            join, where = f"JOIN {own}", begins.format("k.text")
        elif wanted.kind is TermKind.INITIALS:
            join, where = f"JOIN {letters}", begins.format("k.letters")
        elif not where:
            where = begins.format("p.name" if wanted.kind is TermKind.NAME else "p.cert_no")
        marks = [wanted.text] if where.count("%s") == 1 else [wanted.text, wanted.text + LAST_CHARACTER]
        if "LIKE" in where:
            marks = [wanted.text + "%"]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT p.* FROM filings_insuredperson p {join} WHERE {where} LIMIT 21", marks)
            return cursor.fetchall()

    return ask
