"""A list is judged by the rules of the counter: both ways give the same reasons on the same rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.db import connection
from django.test.utils import CaptureQueriesContext

from filings.filing.judging import Judged, judge
from filings.filing.services import filing_cancel
from filings.groups.judge import Sources, judge_many
from filings.groups.parse import GroupRow
from filings.people.selectors import person_by_certificate
from tests.filings.groups.lists import checked, make_worker, row, write
from tests.filings.groups.reading import readable
from tests.filings.making import make_in_force, make_moved, make_person
from tests.support.world import World

VARIED: list[dict[str, str]] = [
    {},
    {"联系电话": "12"},
    {"备案类型": "异地安置退休", "居住地址": ""},
    {"备案类型": "异地长期居住", "材料": "居住证"},
    {"备案类型": "异地长期居住", "材料": "有效身份证件、个人承诺书"},
    {"备案类型": "异地生育", "材料": "有效身份证件、母子健康手册"},
    {"备案类型": "异地转诊", "材料": "有效身份证件、转诊转院证明"},
    {"备案类型": "急诊抢救", "材料": ""},
    {"备案类型": "临时外出", "材料": "医保电子凭证", "生效日期": "2026-02-01"},
    {"就医地区划": "220102"},
    {"就医地区划": "220581"},
    {"就医地区划": "110105"},
    {"险种": "居民"},
    {"生效日期": "2024-01-01"},
    {"生效日期": "2028-01-01"},
    {"代办人姓名": "孙经理", "代办人证件号码": "220102196103150012", "代办人电话": "1"},
    {"代办人姓名": "孙经理"},
]  # fmt: skip


def one_by_one(rows: list[GroupRow], world: World) -> list[Judged]:
    return [
        judge(
            one.entry,
            person_by_certificate(*one.certificate),
            world.changchun,
            received_on=world.today,
            on=world.today,
        )
        for one in rows
    ]


def test_both_ways_give_the_same_on_the_same_rows(world: World, tmp_path: Path) -> None:
    rows = [row(make_worker(world.changchun), **changes) for changes in VARIED]
    busy = make_worker(world.changchun)
    make_in_force(world, busy, kind="temporary_other", begins_on=world.today)
    for begins_on in ("2026-11-21", "2027-05-19", "2027-05-20"):
        rows.append(
            row(busy, 备案类型="临时外出", 就医地区划="370200", 材料="有效身份证件", 生效日期=begins_on)
        )
    moved = make_worker(world.changchun)
    left = make_in_force(world, moved, begins_on=dt.date(2026, 11, 1))
    filing_cancel(left, by=world.clerk, at=world.now, reason="派驻结束")
    rows += [
        row(moved),
        row(moved, 生效日期="2027-05-01"),
        row(moved, 备案类型="临时外出", 材料="医保电子凭证"),
    ]
    settled = make_worker(world.changchun)  # a new address there from the 10th; left from May 1 on
    there = make_moved(
        world, make_in_force(world, settled, begins_on=dt.date(2026, 11, 1)), dt.date(2026, 11, 10)
    )
    filing_cancel(there, by=world.clerk, at=world.now, reason="派驻结束")
    rows += [row(settled, 生效日期="2027-04-30"), row(settled, 生效日期="2027-05-05")]
    rows.append(row(make_worker(world.changchun, status="ended")))
    rows.append(row(make_worker(world.yanbian)))
    rows.append(row(make_person()))
    read = readable(write(tmp_path, rows), world)

    many = judge_many(read, Sources(world.today))

    assert len(read) == len(rows)
    assert many == one_by_one(read, world)
    assert sum(bool(one.reasons) for one in many) > 12
    assert {"overlapping", "locked", "not_enrolled"} <= {why.code for one in many for why in one.reasons}
    assert {one.is_elderly for one in many} == {True}  # all born in 1961


def test_the_queries_do_not_grow_with_the_rows(world: World, tmp_path: Path) -> None:
    people = [make_worker(world.changchun) for _ in range(40)]
    few, many = (write(tmp_path, [row(one) for one in people[:n]], f"{n}.csv") for n in (2, 40))

    with CaptureQueriesContext(
        connection,
    ) as of_few:
        checked(few, world)
    with CaptureQueriesContext(connection) as of_many:
        assert checked(many, world).accepted == 40

    assert len(of_few) == len(of_many)
