"""Lists of filings for tests: rows as an employer writes them, as files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from agency.batches.kinds import CheckRequest, Outcome
from agency.batches.models import Batch
from agency.batches.services import batch_check, batch_create, batch_load, file_keep
from agency.organisation.models import PoolingRegion, User
from filings.groups.check import check_filings
from filings.groups.columns import COLUMNS
from filings.models import InsuredPerson
from tests.filings.making import enrol, make_person
from tests.support.world import World

HEADER = [column.title for column in COLUMNS]
EMPLOYER = "长春市春城机械制造有限公司"


def make_worker(region: PoolingRegion, name: str = "赵志强", **changes: Any) -> InsuredPerson:
    """A working person of the register, insured by their employer."""
    person = make_person(name)
    enrol(person, region, **{"category": "working", "employer": EMPLOYER, **changes})
    return person


def row(person: InsuredPerson, **changes: str) -> dict[str, str]:
    """A worker who stays at a site in 沈阳, filed by the employer."""
    return {
        "证件类型": person.cert_type,
        "证件号码": person.cert_no,
        "姓名": person.name,
        "联系电话": "13800432716",
        "险种": "职工",
        "参保地区划": "220100",
        "就医地区划": "210100",
        "备案类型": "常驻异地工作人员",
        "渠道": "合作单位",
        "生效日期": "2026-11-20",
        "截止日期": "",
        "居住地址": "沈阳市和平区文化路3号",
        "材料": "有效身份证件、工作合同",
        "代办人姓名": "",
        "代办人证件号码": "",
        "代办人电话": "",
        "外部编号": "",
        **changes,
    }


def write(
    folder: Path, rows: list[dict[str, str]], name: str = "list.csv", encoding: str = "utf-8-sig"
) -> Path:
    """A CSV file with the columns of the first row."""
    path = folder / name
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def checked(path: Path, world: World, by: User | None = None) -> Outcome:
    request = CheckRequest(path=path, file_name=path.name, by=by or world.clerk)
    return check_filings(request, on=world.today)


def refused(path: Path, world: World, by: User | None = None) -> dict[int, tuple[str, str]]:
    """Line → code and column of what is refused."""
    return {one.line_no: (one.code, one.column) for one in checked(path, world, by).refused}


def previewed(world: World, path: Path, by: User | None = None) -> Batch:
    """A list that the clerk of 长春 uploaded and that waits for its confirmation."""
    by = by or world.clerk
    with path.open("rb") as stream:
        kept = file_keep(stream, name=path.name, by=by, at=world.now)
    batch = batch_create(kind="filings", kept=kept, file_name=path.name, by=by, at=world.now)
    batch_check(batch, by=by, at=world.now)
    return batch


def loaded(world: World, path: Path) -> Batch:
    """The same, confirmed by the reviewer."""
    batch = previewed(world, path)
    batch_load(batch, by=world.reviewer, at=world.now, preview_digest=batch.preview_digest)
    return batch
