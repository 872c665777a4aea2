"""另一进程: draws what it is given until nothing more comes. Run by `drawing_apart.py` as `python -m`.

In: a stylesheet, then documents, each a line of JSON (`{"size": …}`) and that many bytes.
Out: for each document a line of JSON and the PDF; `peak_kb` is how large this process has been.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from typing import BinaryIO

from agency.errors import DomainError
from agency.sheets import fonts
from agency.sheets.draw import draw


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Answer every document; ends when the source does."""
    style = ""
    _collect_seldom()
    while line := source.readline():
        asked = json.loads(line)
        text = source.read(asked["size"]).decode()
        if asked.get("style"):
            style = text
            continue
        try:
            drawn = draw(text, style)
        except DomainError as error:
            _answer(target, {"size": 0, "refused": error.message})
            continue
        told = {"size": len(drawn.pdf), "pages": drawn.pages, "starts": drawn.starts}
        _answer(target, told, drawn.pdf)
        gc.collect()


def _collect_seldom() -> None:
    """A page is a million small objects of which none is rubbish before it is drawn: looking for some among
    them all the time took a fifth of the work."""
    fonts.weasyprint()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


def _answer(target: BinaryIO, told: dict[str, object], pdf: bytes = b"") -> None:
    told["peak_kb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    target.write(json.dumps(told).encode() + b"\n" + pdf)
    target.flush()


if __name__ == "__main__":
    os.nice(5)  # whoever waits for a page goes first
    serve(sys.stdin.buffer, sys.stdout.buffer)
