"""备案名单的检查: each row is new, unchanged, or refused with one code. Writes nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from agency.batches.kinds import CheckRequest, Outcome
from agency.batches.refusals import RefusedRow
from agency.organisation import access
from agency.organisation.models import CertificateType, Place, PoolingRegion, RegionKind, User
from agency.organisation.selectors import area_code_table
from agency.tabular.read import Row, TableError, open_table
from agency.tabular.values import as_shown
from filings.filing.judging import Judged
from filings.filing.places import JILIN
from filings.groups.among import clashes_among
from filings.groups.columns import COLUMNS, EXPECTED, NEEDED, SUBJECT, TITLES
from filings.groups.judge import Candidate, Sources, judge_many
from filings.groups.parse import GroupRow, Reference, read_row
from filings.groups.preview import preview_of
from filings.groups.rules import plain, refusal_of
from filings.groups.selectors import Stored, stored_like
from filings.materials.models import MaterialKind
from filings.people.columns import column_places
from filings.people.parse import RowRefused

CHUNK = 500  # rows set against the stored filings in a handful of queries


def check_filings(request: CheckRequest, *, on: dt.date) -> Outcome:
    """The check of the batch kind `filings`, as if all rows were received on a day; DomainError when the file
    cannot be taken at all."""
    table = open_table(request.path, filename=request.file_name, expected=EXPECTED, needed=NEEDED)
    places, ignored = column_places(table.header, request.file_name, COLUMNS, SUBJECT)
    outcome = Outcome(encoding=table.encoding, header=table.header, ignored_columns=ignored)
    check = _Check(request.by, read_reference(on), Sources(on), places, outcome)
    rows = table.rows()
    while chunk := list(islice(rows, CHUNK)):
        check.take(chunk)
        request.progress(outcome.rows)
    check.settle()
    outcome.notes = table.told()
    if not outcome.rows:
        raise TableError("no_rows", f"“{request.file_name}”里没有数据行，请重新选择。")
    outcome.accepted = len(check.accepted)
    outcome.preview = preview_of(check.accepted, check.sources.regions)
    outcome.fingerprint = _fingerprint(check.accepted)
    outcome.payload = check.accepted
    return outcome


def read_reference(on: dt.date) -> Reference:
    """What rows are read by, as of a day."""
    regions = list(PoolingRegion.objects.all())
    places: dict[int, set[str]] = {}
    for code, region_id, province_id in Place.objects.values_list("code", "region_id", "province_id"):
        places.setdefault(region_id or province_id, set()).add(code)
    return Reference(
        on=on,
        areas=area_code_table(),
        region_codes={region.pk: region.code for region in regions},
        pooling_regions=frozenset(region.pk for region in regions if region.kind == RegionKind.POOLING),
        places={pk: frozenset(codes) for pk, codes in places.items()},
        certificate_types=frozenset(CertificateType.objects.values_list("code", flat=True)),
        materials=_material_words(),
        own_province=JILIN,
    )


def _material_words() -> dict[str, str]:
    words = {}
    for code, name in MaterialKind.objects.values_list("code", "name"):
        words[plain(code)] = words[plain(name)] = code
    return words


def _fingerprint(candidates: Iterable[Candidate]) -> str:
    hasher = hashlib.sha256()
    for candidate in candidates:
        hasher.update(candidate.content().encode())
    return hasher.hexdigest()


@dataclass
class _Check:
    """The state of one check: what the file has said so far, and what came of it."""

    by: User
    reference: Reference
    sources: Sources
    places: dict[str, int]
    outcome: Outcome
    accepted: list[Candidate] = field(default_factory=list)
    rows: dict[int, Row] = field(default_factory=dict)  # of what is accepted, by line

    def take(self, chunk: list[Row]) -> None:
        """Read a chunk and judge what can be read, with the filings that are stored already."""
        readable = list(self._readable(chunk))
        rows = [read for _, read in readable]
        stored = stored_like(rows)
        for (row, read), judged in zip(readable, judge_many(rows, self.sources), strict=True):
            try:
                self._decide(row, Candidate(row.line_no, read, judged), stored)
            except RowRefused as refused:
                self._refuse(row, refused)

    def settle(self) -> None:
        """After the last row: refuse those that cannot stand beside each other, and keep the rest."""
        clashes = clashes_among(self.accepted)
        for line_no, refused in clashes.items():
            self._refuse(self.rows[line_no], refused)
        self.accepted = [one for one in self.accepted if one.line_no not in clashes]
        self.rows.clear()

    def _readable(self, chunk: Sequence[Row]) -> Iterator[tuple[Row, GroupRow]]:
        for row in chunk:
            self.outcome.rows += 1
            try:
                cells = {key: row.cells[index] for key, index in self.places.items()}
                read = read_row(cells, self.reference)
                self._require_own_region(read)
                yield row, read
            except RowRefused as refused:
                self._refuse(row, refused)

    def _require_own_region(self, read: GroupRow) -> None:
        if not access.sees_all(self.by) and read.insured_region_id != self.by.region_id:
            raise RowRefused(
                "not_your_region", "insured_area", "参保地不是您的统筹区，请由当地经办机构导入。"
            )

    def _refuse(self, row: Row, refused: RowRefused) -> None:
        index = self.places.get(refused.key)
        self.outcome.refused.append(
            RefusedRow(
                line_no=row.line_no,
                code=refused.code,
                message=f"第 {row.line_no} 行，{TITLES[refused.key]}：{refused.message}",
                column=TITLES[refused.key],
                value="" if index is None else as_shown(row.cells[index]),
                place="" if index is None else row.address(index),
                cells=[as_shown(cell) for cell in row.cells],
            )
        )

    def _decide(self, row: Row, candidate: Candidate, stored: Stored) -> None:
        """Unchanged or conflicts_with_stored, then what the rules say; what rows do to each other comes last.
        A row that is stored already writes nothing, so it stands in no other row's way."""
        if self._is_stored(candidate, stored):
            self.outcome.unchanged += 1
            return
        self._require_acceptable(candidate)
        self.accepted.append(candidate)
        self.rows[row.line_no] = row

    def _is_stored(self, candidate: Candidate, stored: Stored) -> bool:
        """Whether a filing of this very content is there; RowRefused when its number stands for another."""
        row = candidate.row
        known = stored.by_external.get(row.external) if row.external_no else None
        if known is None:
            return stored.has_same(candidate.row, candidate.judged)
        if stored.says_same(known, candidate.row, candidate.judged) and not known.is_stopped:
            return True
        own = known.filing.insured_region_id == row.insured_region_id
        number = (
            f"备案 {known.filing.filing_no}（{known.filing.get_state_display()}）" if own else "另一份备案"
        )
        raise RowRefused(
            "conflicts_with_stored",
            "external_no",
            f"这个外部编号已是{number}的，内容不同或已停用；要改请在那一份上办变更，另办请用新编号。",
        )

    def _require_acceptable(self, candidate: Candidate) -> None:
        row, judged = candidate.row, candidate.judged
        found = refusal_of(judged.reasons)
        if found is not None and found[0] in {"not_enrolled", "insurance_not_in_force"}:
            raise RowRefused(*found)
        if judged.person is not None and judged.person.name != row.entry.name:
            raise RowRefused(
                "not_accepted", "name", "参保登记里这个证件号码是另一个姓名，请按证件核对后更正。"
            )
        if found is not None:
            raise RowRefused(*found)
        _require_end(row, judged)


def _require_end(row: GroupRow, judged: Judged) -> None:
    """An end in the file must be the one that the kind gives; the rules decide it, not the list [P]."""
    ends_on = judged.validity.ends_on if judged.validity is not None else None
    if row.ends_on is None or row.ends_on == ends_on:
        return
    told = f"按规则到 {ends_on} 为止" if ends_on is not None else "按规则长期有效"
    raise RowRefused("bad_date", "ends_on", f"与规则不符：{told}，请照此填写或空着。")
