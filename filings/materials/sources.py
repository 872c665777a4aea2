"""依据: what the short tags of sources are called where staff read them (docs/rules.md lists them)."""

from __future__ import annotations

import re
from collections.abc import Iterable

SOURCES = {
    "S0": "异地就医结算新规（2025）",
    "S1": "异地就医备案流程（2025）",
    "S2": "吉林省异地就医经办规程问答",
    "S3": "医保异地转移规定（2025）",
    "S4": "异地长期居住备案问答（2025）",
    "N22": "医保发〔2022〕22号",
    "P": "本系统约定",
}


def source_names(sources: Iterable[str]) -> list[str]:
    """The names behind `[S0,S2]` and the like, each once; a source written out stands as it is."""
    names: dict[str, None] = {}
    for source in sources:
        tags = re.findall(r"[A-Z]+[0-9]*", source) if source.startswith("[") else [source]
        for tag in tags:
            if tag:
                names[SOURCES.get(tag, tag)] = None
    return list(names)
