"""内容: a deduction as texts: what makes two rows the same one, and what its digest covers."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

# A deduction of one case is known by the case; only one of a group names its parties.
GROUP = ("insured_region", "care_region", "insurance_type", "care_kind", "institution")
LOOKUPS = (
    "stated_period", "record__settlement_no", "insured_region__code", "care_region__code", "insurance_type",
    "care_kind", "institution__code", "kind", "reason", "amount_fen", "external_no",
    "withdraws__deduction_no",
)  # fmt: skip
_GROUP = slice(2, 2 + len(GROUP))


def content_of(
    *,
    period: str,
    settlement_no: str,
    group: Sequence[str],
    kind: str,
    reason: str,
    amount_fen: int,
    external_no: str,
    withdraws: str = "",
) -> tuple[str, ...]:
    """The content in the order of LOOKUPS; `group` is left out where a case is named."""
    parties = ("",) * len(GROUP) if settlement_no else tuple(group)
    return (period, settlement_no, *parties, kind, reason, str(amount_fen), external_no, withdraws)


def stored_content(values: Sequence[object]) -> tuple[str, ...]:
    """The content of a stored deduction from its LOOKUPS values."""
    texts = ["" if value is None else str(value) for value in values]
    if texts[1]:
        texts[_GROUP] = [""] * len(GROUP)
    return tuple(texts)


def digest_of(content: Sequence[str]) -> str:
    """The digest of a content (32 hex characters)."""
    return blake2b("\t".join(content).encode(), digest_size=16).hexdigest()
