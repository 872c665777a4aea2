"""参保登记文件的检查: each row is new, changed, unchanged, or refused with one code. Writes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from agency.batches.kinds import CheckRequest, Outcome
from agency.batches.refusals import RefusedRow
from agency.organisation import access
from agency.organisation.models import CertificateType, PoolingRegion, User
from agency.organisation.models import RegionKind as Kind
from agency.organisation.selectors import area_code_table
from agency.tabular.read import Row, TableError, open_table
from agency.tabular.values import as_shown
from filings.people.columns import EXPECTED, NEEDED, TITLES, column_places
from filings.people.models import Enrolment, InsuredPerson
from filings.people.parse import PersonRow, Reference, RowRefused, read_row
from filings.people.selectors import people_by_certificate

COUNTED = ("new_people", "new_enrolments", "changed_enrolments", "renamed", "numbered")
CHUNK = 500  # rows set against the register in one query


def check_people(request: CheckRequest, *, on: dt.date) -> Outcome:
    """The check of the batch kind `people`, with the area codes of a day; DomainError when the file cannot be
    taken at all."""
    table = open_table(request.path, filename=request.file_name, expected=EXPECTED, needed=NEEDED)
    places, ignored = column_places(table.header, request.file_name)
    outcome = Outcome(encoding=table.encoding, header=table.header, ignored_columns=ignored)
    check = _Check(request.by, _reference(on), places, outcome)
    rows = table.rows()
    while chunk := list(islice(rows, CHUNK)):
        check.take(chunk)
        request.progress(outcome.rows)
    outcome.notes = table.told()
    if not outcome.rows:
        raise TableError("no_rows", f"“{request.file_name}”里没有数据行，请重新选择。")
    outcome.preview = dict(check.counts)
    outcome.fingerprint = _fingerprint(check.accepted)
    outcome.payload = check.accepted
    return outcome


def _reference(on: dt.date) -> Reference:
    pooling = PoolingRegion.objects.filter(kind=Kind.POOLING).values_list("pk", flat=True)
    return Reference(
        on=on,
        areas=area_code_table(),
        pooling_regions=frozenset(pooling),
        certificate_types=frozenset(CertificateType.objects.values_list("code", flat=True)),
    )


def _fingerprint(rows: Iterable[PersonRow]) -> str:
    hasher = hashlib.sha256()
    for row in rows:
        hasher.update(repr(row).encode())
    return hasher.hexdigest()


@dataclass
class _Check:
    """The state of one check: what the file has said so far, and what came of it."""

    by: User
    reference: Reference
    places: dict[str, int]
    outcome: Outcome
    accepted: list[PersonRow] = field(default_factory=list)
    names: dict[tuple[str, str], str] = field(default_factory=dict)
    platform_nos: dict[tuple[str, str], str] = field(default_factory=dict)
    enrolments: set[tuple[str, str, int, str]] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))

    def take(self, chunk: list[Row]) -> None:
        """Read a chunk and set what can be read against the register."""
        readable = list(self._readable(chunk))
        people = people_by_certificate(read.certificate for _, read in readable)
        for row, read in readable:
            try:
                self._judge(read, people.get(read.certificate))
            except RowRefused as refused:
                self._refuse(row, refused)

    def _readable(self, chunk: list[Row]) -> Iterator[tuple[Row, PersonRow]]:
        for row in chunk:
            self.outcome.rows += 1
            try:
                cells = {key: row.cells[index] for key, index in self.places.items()}
                yield row, read_row(cells, self.reference)
            except RowRefused as refused:
                self._refuse(row, refused)

    def _refuse(self, row: Row, refused: RowRefused) -> None:
        index = self.places[refused.key]
        self.outcome.refused.append(
            RefusedRow(
                line_no=row.line_no,
                code=refused.code,
                message=refused.message,
                column=TITLES[refused.key],
                value=as_shown(row.cells[index]),
                place=row.address(index),
                cells=[as_shown(cell) for cell in row.cells],
            )
        )

    def _judge(self, read: PersonRow, person: InsuredPerson | None) -> None:
        """duplicate_in_file, not_your_region, name_differs, person_no_differs; else new, changed or
        unchanged."""
        if read.enrolment in self.enrolments:
            raise RowRefused("duplicate_in_file", "cert_no", "同一人、同一统筹区、同一险种在文件里已有一行。")
        if not access.sees_all(self.by) and read.region_id != self.by.region_id:
            raise RowRefused("not_your_region", "area_code", "参保地不是您的统筹区，请由当地经办机构导入。")
        stored_name = person.name if person is not None else read.name
        if self.names.get(read.certificate, read.name) != read.name:
            raise RowRefused("name_differs", "name", "文件里同一证件号码前面是另一个姓名，请核对。")
        if stored_name != read.name and not access.sees_all(self.by):
            raise RowRefused(
                "name_differs", "name", "这个证件号码已登记为另一个姓名；确已改名的，请省级经办机构导入。"
            )
        said_before = self.platform_nos.get(read.certificate, "")
        if read.platform_no and said_before not in ("", read.platform_no):
            raise RowRefused(
                "person_no_differs", "platform_no", "文件里同一证件号码前面是另一个人员编号，请核对。"
            )
        self.enrolments.add(read.enrolment)
        is_new = person is None and read.certificate not in self.names
        self.names[read.certificate] = read.name
        known = said_before or (person.platform_no if person is not None else "")
        numbered = read.platform_no not in ("", known)
        if read.platform_no:
            self.platform_nos[read.certificate] = read.platform_no
        renamed = stored_name != read.name
        self._count(read, _stored(person, read), is_new=is_new, renamed=renamed, numbered=numbered)

    def _count(
        self, read: PersonRow, stored: Enrolment | None, *, is_new: bool, renamed: bool, numbered: bool
    ) -> None:
        said = read.says().items()
        changed = stored is not None and any(getattr(stored, key) != value for key, value in said)
        if stored is not None and not (changed or renamed or numbered):
            self.outcome.unchanged += 1
            return
        self.outcome.accepted += 1
        self.accepted.append(read)
        self.counts["new_people"] += is_new
        self.counts["renamed"] += renamed
        self.counts["numbered"] += numbered and not is_new
        self.counts["new_enrolments"] += stored is None
        self.counts["changed_enrolments"] += changed


def _stored(person: InsuredPerson | None, read: PersonRow) -> Enrolment | None:
    if person is None:
        return None
    found = (read.region_id, read.insurance_type)
    return next(
        (row for row in person.enrolments.all() if (row.region_id, row.insurance_type) == found), None
    )
