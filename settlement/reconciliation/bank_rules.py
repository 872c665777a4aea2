"""没有核销完的流水像什么: partial, joint, foreign or of nobody, by payer, amount and 文号. Pure. [P]"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

from agency.money import yuan
from settlement.notices.rules import Payer

TOGETHER_AT_MOST = 4  # notices that one payment is taken to be for
TRIED_AT_MOST = 12
TOLD_AT_MOST = 3


class Way(StrEnum):
    EXACT = "金额相符，不能确定是哪一张"
    JOINT = "合并付款"
    PARTIAL = "部分付款"
    OVER = "多付"
    FOREIGN = "他方付款"
    UNKNOWN = "账号没有登记"
    NONE = "没有对应的通知书"


class OpenNotice(NamedTuple):
    """A notice that such a line could pay: 文号, whose it is, what is open (fen), whether the payer fits."""

    notice_no: str
    region: str
    open_fen: int
    payer: Payer

    def __str__(self) -> str:
        return f"{self.region} {self.notice_no}（未付 {yuan(self.open_fen)}）"


class Reading(NamedTuple):
    """What a line most likely is, said in a sentence, with the notices that it speaks of."""

    way: Way
    told: str
    notices: tuple[str, ...] = ()


def reading(rest_fen: int, owners: Sequence[str], candidates: Sequence[OpenNotice]) -> Reading:
    """What is left of a line (fen, above nil), by whose account it came from (`owners`: nobody's if empty)
    and the notices that are open in its direction."""
    right = [one for one in candidates if one.payer == Payer.RIGHT]
    exact = [one for one in right if one.open_fen == rest_fen]
    if exact:
        return _of(Way.EXACT, f"{_whose(owners)}，金额等于 {_list(exact)}", exact)
    joint = next(_sums(rest_fen, right), ())
    if joint:
        return _of(Way.JOINT, f"{_whose(owners)}，金额等于 {_list(joint)} 之和", joint)
    of_another = any(one.open_fen == rest_fen for one in candidates)
    if right and not (of_another and rest_fen > sum(one.open_fen for one in right)):
        return _short_or_over(rest_fen, owners, right)
    return _of_another(rest_fen, owners, candidates)


def _short_or_over(rest_fen: int, owners: Sequence[str], right: Sequence[OpenNotice]) -> Reading:
    whole = sum(one.open_fen for one in right)
    more = [one for one in right if one.open_fen > rest_fen]
    if more:
        return _of(Way.PARTIAL, f"{_whose(owners)}，少于 {_list(more)}", more)
    if rest_fen > whole:
        told = f"{_whose(owners)}，比它全部未付的 {yuan(whole)} 多 {yuan(rest_fen - whole)}：{_list(right)}"
        return _of(Way.OVER, told, right)
    return _of(Way.PARTIAL, f"{_whose(owners)}，够付其中几张，余下不足一张：{_list(right)}", right)


def _of_another(rest_fen: int, owners: Sequence[str], candidates: Sequence[OpenNotice]) -> Reading:
    """From an account of a party that owes nothing, or of nobody: told by the amount alone."""
    exact = [one for one in candidates if one.open_fen == rest_fen]
    way = Way.FOREIGN if owners else Way.UNKNOWN
    if exact:
        why = "可能是代付或付错" if owners else "请核对付款方"
        return _of(way, f"{_whose(owners)}，金额等于 {_list(exact)}，{why}", exact)
    joint = next((found for own in _by_region(candidates) for found in _sums(rest_fen, own)), ())
    if joint:
        return _of(way, f"{_whose(owners)}，金额等于 {_list(joint)} 之和", joint)
    if owners:
        return Reading(Way.FOREIGN, f"{_whose(owners)}，没有这个方向未付的通知书。")
    return Reading(
        Way.NONE, "对方账号没有登记，金额与未付的通知书都不相等，可能不是清算款（利息、手续费等）。"
    )


def left_over(rest_fen: int, paid: Sequence[str], found: Reading) -> Reading:
    """What is left of a line that paid for these notices: too much, unless it could pay for another one."""
    if found.notices:
        return found
    told = f"已核销 {'、'.join(paid)}，多付 {yuan(rest_fen)} 元，没有别的未付的通知书与它相符。"
    return Reading(Way.OVER, told)


def _by_region(candidates: Sequence[OpenNotice]) -> list[list[OpenNotice]]:
    regions = dict.fromkeys(one.region for one in candidates)
    return [[one for one in candidates if one.region == region] for region in regions]


def _sums(rest_fen: int, candidates: Sequence[OpenNotice]) -> Iterator[tuple[OpenNotice, ...]]:
    """Several notices whose open amounts are together what is left, few of them first."""
    tried = candidates[:TRIED_AT_MOST]
    for many in range(2, TOGETHER_AT_MOST + 1):
        for some in combinations(tried, many):
            if sum(one.open_fen for one in some) == rest_fen:
                yield some


def _whose(owners: Sequence[str]) -> str:
    return f"对方账号登记的是{'、'.join(owners)}" if owners else "对方账号没有登记"


def _list(notices: Sequence[OpenNotice]) -> str:
    more = f" 等 {len(notices)} 张" if len(notices) > TOLD_AT_MOST else ""
    return "、".join(map(str, notices[:TOLD_AT_MOST])) + more


def _of(way: Way, told: str, notices: Sequence[OpenNotice]) -> Reading:
    return Reading(way, f"{told}。", tuple(one.notice_no for one in notices))
