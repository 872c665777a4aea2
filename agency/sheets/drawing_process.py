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
from contextlib import suppress
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
    told["peak_kb"] = _peak_kb()
    target.write(json.dumps(told).encode() + b"\n" + pdf)
    target.flush()


def _peak_kb() -> int:
    """How large this program has been. What getrusage tells counts in the process that it was started from,
    before it became this one; it is asked only where /proc is not there."""
    with suppress(OSError), open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    os.nice(5)  # whoever waits for a page goes first
    serve(sys.stdin.buffer, sys.stdout.buffer)
