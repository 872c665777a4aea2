"""备案名单的纯规则: what the words in a file mean, and which code a reason of the rules becomes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from filings.filing.kinds import Channel, FilingKind, GivenAs
from filings.filing.reasons import Reason

K, C = FilingKind, Channel

# 02 and 06 are 异地安置原因 of the national platform; its 07 means two kinds and is told apart by words.
_KIND_WORDS: dict[FilingKind, tuple[str, ...]] = {
    K.RETIRED_RELOCATION: ("异地安置退休", "异地安置", "安置退休", "退休安置", "02"),
    K.LONG_TERM_RESIDENCE: ("异地长期居住", "长期居住", "长期居住人员", "异地居住"),
    K.LONG_TERM_WORK: ("常驻异地工作", "常驻工作", "常驻异地", "异地工作", "长期驻外"),
    K.MATERNITY: ("生育", "异地生育人员"),
    K.REFERRAL: ("异地转诊", "转诊", "转诊转院", "异地转诊转院", "06"),
    K.EMERGENCY: ("异地急诊抢救", "异地急诊", "急诊抢救", "急诊"),
    K.TEMPORARY_OTHER: ("其他临时外出就医", "其他临时外出", "临时外出就医", "临时外出", "临时外出就医人员"),
}
_CHANNEL_WORDS: dict[Channel, tuple[str, ...]] = {
    C.COUNTER: ("窗口", "经办窗口", "中心经办", "0"),
    C.PARTNER: (),
    C.DELEGATE: (),
    C.WEB: ("网厅", "医保网厅", "国家医保服务平台网厅", "网上", "1"),
    C.APP: ("app", "国家医保服务平台app", "2"),
    C.MINI_PROGRAM: ("医保服务平台小程序", "国家医保服务平台小程序"),
    C.GOVERNMENT: ("政务服务", "政务服务网", "政务平台"),
}
AMBIGUOUS_KINDS = {"07": "平台代码 07 既指常驻异地工作，也指异地长期居住"}

RELATION_UNTOLD = "未注明"  # the file has no column for it, and all four of an agent are asked for [P]
_PAPERS = re.compile(r"[、，,；;\n]+")
_SUFFIX = re.compile(r"(.+?)[（(](原件|复印件|承诺|容缺后补)[)）]")
GIVEN_BY_WORD = {how.label: how.value for how in GivenAs}


def plain(text: str) -> str:
    """A word as it is looked up: without spaces, small letters."""
    return "".join(text.split()).casefold()


def _by_word(
    words: Mapping[FilingKind, tuple[str, ...]] | Mapping[Channel, tuple[str, ...]],
) -> dict[str, str]:
    found: dict[str, str] = {}
    for choice, others in words.items():
        for word in (choice.value, str(choice.label), *others):
            found[plain(word)] = choice.value
    return found


KIND_BY_WORD = _by_word(_KIND_WORDS)
CHANNEL_BY_WORD = _by_word(_CHANNEL_WORDS)


def read_kind(text: str) -> str | None:
    """The kind by label, code or a short label that means one kind only; None for anything else."""
    word = plain(text)
    return KIND_BY_WORD.get(word.zfill(2) if word.isdigit() else word)


def read_channel(text: str) -> str | None:
    """The channel by label, code or short label; None for anything else."""
    return CHANNEL_BY_WORD.get(plain(text))


def read_materials(text: str, codes: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Code of each paper → how it was given, and the names that nobody knows.

    A paper in a list came as a copy, unless `（原件）` or `（承诺）` stands behind its name; the commitment
    letter itself is always signed [P]. `codes` leads from names and codes to codes.
    """
    given: dict[str, str] = {}
    unknown: list[str] = []
    for name in filter(None, (part.strip() for part in _PAPERS.split(text))):
        code, how = codes.get(plain(name)), GivenAs.COPY.value
        told = _SUFFIX.fullmatch(name)
        if code is None and told is not None:
            code, how = codes.get(plain(told[1])), GIVEN_BY_WORD[told[2]]
        if code is None:
            unknown.append(name)
        else:
            given[code] = GivenAs.ORIGINAL.value if code == "commitment_letter" else how
    return given, unknown


# Field of the entry at fault → column of the file.
_COLUMN_OF_FIELD = {
    "insurance_type": "insurance_type",
    "phone": "phone",
    "kind": "kind",
    "province": "care_area",
    "city": "care_area",
    "begins_on": "begins_on",
    "address": "address",
    "agent_name": "agent_name",
    "agent_cert_no": "agent_cert_no",
    "agent_phone": "agent_phone",
}
_OWN_CODES = {"not_enrolled", "insurance_not_in_force", "overlapping", "bad_id_number"}
_EMPTY_CELL = {
    "phone_missing",
    "address_missing",
    "agent_name_missing",
    "agent_cert_no_missing",
    "agent_phone_missing",
}


def refusal_of(reasons: Iterable[Reason]) -> tuple[str, str, str] | None:
    """(code, column, sentence) of the first thing that keeps a row from being taken in; None when it may.

    Rules of a counter filing that have no code of their own among those of the import are `not_accepted`; the
    sentence is the rule's own, so that the counter and the list say the same.
    """
    for reason in reasons:
        column = column_of(reason.field)
        if reason.code in _EMPTY_CELL:
            return "missing_value", column, reason.message
        if reason.code in {"place_missing", "city_missing"}:
            return "unknown_region", column, reason.message
        code = reason.code if reason.code in _OWN_CODES else "not_accepted"
        untold = "" if _has_column(reason.field) else "名单里没有这一栏，请到窗口办理。"
        return code, column, reason.message + untold
    return None


def _has_column(field: str | None) -> bool:
    return field is None or field.startswith("material") or field in _COLUMN_OF_FIELD


def column_of(field: str | None) -> str:
    """The column that a field of the entry was filled from."""
    if field is not None and field.startswith("material"):
        return "materials"
    return _COLUMN_OF_FIELD.get(field or "", "kind")
