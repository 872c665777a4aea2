"""规则: what may be corrected, and the two records that a correction consists of [P].

Pure: contents are the lists of texts of settlement/records/content.py, in the order of its FIELDS.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from settlement.records.content import AMOUNTS, CORRECTION, NUMBER, ORIGINAL, REVERSAL


@dataclass(frozen=True)
class Situation:
    """What stands in the way of a correction, as found in the books."""

    number: str
    is_reversal: bool = False
    becomes_reversal: bool = False
    is_same: bool = False
    reversed_by: str = ""
    deduction: str = ""
    proposal: str = ""
    is_own: bool = True


def obstacles(found: Situation) -> list[tuple[str, str]]:
    """Every reason why this cannot be corrected now, as (code, sentence); empty when it can."""
    told = [
        (found.is_same, "is_same", "文件里的内容与库中现在的相同，不必更正。"),
        (found.is_reversal, "is_reversal", REVERSAL_STAYS),
        (found.becomes_reversal, "becomes_reversal", BECOMES_REVERSAL),
        (
            bool(found.reversed_by),
            "already_reversed",
            f"{found.number} 已由 {found.reversed_by} 整笔冲正，没有可更正的了。"
            "内容要改，请用新的结算编号重新导入。",
        ),
        (
            bool(found.deduction),
            "already_deducted",
            f"{found.number} 有扣款 {found.deduction}，请先撤回扣款再更正，更正后重新扣。",
        ),
        (
            bool(found.proposal),
            "already_proposed",
            f"{found.number} 已有更正 {found.proposal} 在等审批，请先办完那一份。",
        ),
        (not found.is_own, "not_your_region", "改后的参保地和就医地都不是本统筹区，请由省级经办机构办理。"),
    ]
    return [(code, sentence) for applies, code, sentence in told if applies]


REVERSAL_STAYS = (
    "库中的这一笔是退费，必须与原结算整笔相抵，不能更正。退费有误，请核对原结算，由医疗机构重新退费。"
)
BECOMES_REVERSAL = "文件里的这一行是退费，库中的是正常结算，不能互相更正。退费请用自己的结算编号导入。"


def reversing(stored: Sequence[str]) -> list[str]:
    """The content of the record that cancels a stored one: amounts negated, the next correction number."""
    content = [*stored]
    content[CORRECTION] = str(int(stored[CORRECTION]) + 1)
    content[AMOUNTS] = [str(-int(text)) for text in stored[AMOUNTS]]
    content[REVERSAL], content[ORIGINAL] = "1", stored[NUMBER]
    return content


def replacing(stored: Sequence[str], delivered: Sequence[str]) -> list[str]:
    """The content of the new record: what the file says, under the correction number after the reversal's."""
    content = [*delivered]
    content[CORRECTION] = str(int(stored[CORRECTION]) + 2)
    return content
