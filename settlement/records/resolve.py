"""跨行判定: what a row is worth among the others: new, unchanged, or refused for another row's sake.

Ordinary rows are judged as they come. A reversal's original may stand later in the file, so reversals (and
rows with the number of one) wait for the end, and are then judged in file order, each after its original;
block by block, since a file may consist of nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import islice
from typing import Protocol

from settlement.records import columns as c
from settlement.records import content as content_of
from settlement.records import rules
from settlement.records.check import Candidate
from settlement.records.seen import SeenNumbers
from settlement.records.selectors import stored_contents, stored_digests, stored_reversals
from settlement.records.waiting import WaitingRows

WAITING_AT_ONCE = 500

Content = list[str]
Refuse = Callable[[Candidate, str, int, str], None]
Take = Callable[[Candidate], None]
Digests = Callable[[], dict[str, str]]  # of what is stored, by number: the answer to a question asked before


class AcceptedRows(Protocol):
    """Where accepted rows go (`spool.Spool` or `load.DirectLoad`)."""

    def ask(self, numbers: Collection[str]) -> Digests: ...
    def settle(self) -> None: ...
    def send(self) -> None: ...
    def contents(self, numbers: Collection[str]) -> dict[str, Content]: ...


class Resolver:
    """Tells of every candidate what becomes of it, by calling `accept`, `unchanged` or `refuse` once.

    `own_region` is the region of the person who loads, None for those who load every region's cases;
    `accepted` finds rows that were accepted earlier, by number; it is settled before anything is looked up,
    but the digests, for which it is asked one block ahead.
    """

    def __init__(
        self,
        *,
        own_region: int | None,
        own_region_code: str,
        accept: Take,
        unchanged: Take,
        refuse: Refuse,
        accepted: AcceptedRows,
    ) -> None:
        self.own_region = own_region
        self.own_region_code = own_region_code
        self.accept, self.unchanged, self.refuse = accept, unchanged, refuse
        self.accepted = accepted
        self.standing = SeenNumbers()
        self.waiting = WaitingRows()
        self.taken: tuple[list[Candidate], Digests] = [], dict

    def take(self, block: Sequence[Candidate]) -> None:
        """Take a block of rows, in file order; it is judged when the next one comes, or at the end."""
        asked = self.accepted.ask([row.number for row in block])
        self._judge_taken()
        self.taken = list(block), asked

    def _judge_taken(self) -> None:
        block, asked = self.taken
        numbers = [row.number for row in block]
        self.standing.look_up(numbers)
        self.waiting.look_up(numbers)
        stored = asked()
        contents: dict[str, Content] = {}
        differing = [row.number for row in block if stored.get(row.number, row.digest) != row.digest]
        if differing:
            self.accepted.settle()
            contents = stored_contents(differing)
        for row in block:
            if self.is_duplicate(row):
                continue
            if row.is_reversal or row.number in self.waiting:
                self.waiting.add(row)
            else:
                self.judge(row, stored.get(row.number), contents)
        self.accepted.send()

    def is_duplicate(self, row: Candidate) -> bool:
        """Whether a row before it stands under the same number; then it is refused."""
        if row.number not in self.standing:
            return False
        why = "这个结算编号在文件前面已有一行，以前面的为准，请去掉多余的行。"
        self.refuse(row, "duplicate_in_file", c.SETTLEMENT_NO, why)
        return True

    def judge(self, row: Candidate, stored_digest: str | None, contents: dict[str, Content]) -> None:
        """A row against the store, and whose case it is."""
        if stored_digest is None:
            self._take_new(row)
        elif not self._conflict(row, stored_digest, contents):
            self.standing.add(row.number)
            self.unchanged(row)

    def _conflict(self, row: Candidate, stored_digest: str, contents: dict[str, Content]) -> bool:
        """Whether the stored row of this number differs in a delivered column; then it is refused."""
        if stored_digest == row.digest:
            return False
        stored = contents[row.number]
        names = content_of.differing_columns(stored, row.content.split("\t"), rules.AMOUNT_NAMES)
        if not names:  # the same columns; only the tables that regions are read from have changed since
            return False
        told = f"（不同的列：{'、'.join(names[:6])}）" if self._is_party(stored) else ""
        why = f"库中已有这个结算编号，内容不同{told}。已入库的不会被覆盖，请核对后按更正办理。"
        self.refuse(row, "conflicts_with_stored", c.SETTLEMENT_NO, why)
        return True

    def _is_party(self, stored: Content) -> bool:
        return self.own_region is None or self.own_region_code in stored[1 : len(content_of.PARTIES)]

    def _take_new(self, row: Candidate) -> None:
        if self.own_region is not None and self.own_region not in row.regions:
            why = "参保地和就医地都不是本统筹区，只能由有关统筹区或省级经办机构导入。"
            self.refuse(row, "not_your_region", c.INSURED_AREA, why)
        else:
            self.standing.add(row.number)
            self.accept(row)

    def finish(self) -> None:
        """Judge the last block and the rows that waited."""
        self._judge_taken()
        rows = self.waiting.in_turn()
        while block := list(islice(rows, WAITING_AT_ONCE)):
            self.accepted.settle()
            _Reversals(self, block).settle()
            self.accepted.send()
        self.accepted.settle()


class _Reversals:
    """A block of the rows that waited, with everything known about their originals."""

    def __init__(self, resolver: Resolver, block: Sequence[Candidate]) -> None:
        self.resolver, self.block = resolver, block
        originals = {row.reverses_no for row in block if row.reverses_no}
        numbers = {row.number for row in block}
        resolver.standing.look_up(originals | numbers)
        self.digests = stored_digests(numbers)
        self.stored = stored_contents(originals.union(self.digests))
        self.reversed_by = {**resolver.waiting.reversed_by(originals), **stored_reversals(originals)}
        standing = {number for number in originals if number in resolver.standing}
        self.originals = {**resolver.accepted.contents(standing), **self.stored}

    def settle(self) -> None:
        for row in self.block:
            if self.resolver.is_duplicate(row):
                continue
            digest = self.digests.get(row.number)
            if digest is None and row.is_reversal and self._refused_for_original(row):
                continue
            self.resolver.judge(row, digest, self.stored)
            if row.number in self.resolver.standing:
                self.originals[row.number] = row.content.split("\t")
                if row.is_reversal:
                    self.reversed_by.setdefault(row.reverses_no, row.number)
                    self.resolver.waiting.note_reversed(row.reverses_no, row.number)

    def _refused_for_original(self, row: Candidate) -> bool:
        """`reversal_without_original` or `reversal_does_not_match`."""
        original = self.originals.get(row.reverses_no) if row.reverses_no else None
        if original is None:
            why = "没有写原结算编号" if not row.reverses_no else "原结算在库中和文件中都没有，或已被拒绝"
            self._refuse(row, "reversal_without_original", f"{why}。请先补齐原结算，再导入这笔退费。")
            return True
        why = self._mismatch(row, original)
        if why:
            self._refuse(row, "reversal_does_not_match", f"{why}。一笔结算只能整笔冲正一次，请核对。")
        return bool(why)

    def _mismatch(self, row: Candidate, original: Content) -> str:
        if original[content_of.REVERSAL] == "1":
            return "原结算本身就是退费，退费不能再冲正"
        other = self.reversed_by.get(row.reverses_no, row.number)
        if other != row.number:
            return f"原结算已由 {other} 冲正过"
        ours = row.content.split("\t")
        return rules.reversal_mismatch(
            content_of.identity_of(ours),
            content_of.amounts_of(ours),
            content_of.identity_of(original),
            content_of.amounts_of(original),
        )

    def _refuse(self, row: Candidate, code: str, why: str) -> None:
        self.resolver.refuse(row, code, c.REVERSES_NO, why)
