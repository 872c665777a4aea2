"""备注的纯规则: what a note may say."""

from __future__ import annotations

import re
import unicodedata

WHOLE_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)")


def holds_whole_number(text: str) -> bool:
    """Whether a text repeats a resident number, which stands masked everywhere else."""
    plain = unicodedata.normalize("NFKC", text)
    return WHOLE_NUMBER.search(re.sub(r"(?<=\d)[ -](?=[\dXx])", "", plain)) is not None
