"""分进程画 PDF: documents drawn in a process that is replaced now and then, so that memory stays bounded.

WeasyPrint never gives back all it took: a process that had drawn 250 pages held a gigabyte. Here the worker
stays small, and whoever draws is replaced after some documents.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from agency.errors import DomainError
from agency.sheets.draw import Drawn

ROOT = Path(__file__).parents[2]
DOCUMENTS = 20  # one process draws, then the next
LARGE_KB = 350_000  # a process that has been as large is replaced sooner
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "XDG_CACHE_HOME")


class DrawingApart:
    """Draws in a process of its own: `with DrawingApart(style) as drawing: drawing.draw(html)`.

    `documents`: how many one process draws at most; `peak_kb` is how large the largest of them has been.
    """

    def __init__(self, style: str, documents: int = DOCUMENTS) -> None:
        self._style = style.encode()
        self._documents = documents
        self._drawn = 0
        self._size_kb = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.peak_kb = 0

    def __enter__(self) -> DrawingApart:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def draw(self, html: str) -> Drawn:
        """One document; DomainError when this machine cannot draw, or the process died of it."""
        if self._drawn >= self._documents or self._size_kb >= LARGE_KB:
            self._end()
        process = self._process or self._begin()
        try:
            self._send(process, html.encode())
            told, pdf = self._answer(process)
        except (OSError, ValueError) as error:
            self._end()
            raise DomainError("not_drawn", "生成 PDF 的进程中断了，没有写出文件；请再试一次。") from error
        self._drawn += 1
        self._size_kb = told["peak_kb"]
        self.peak_kb = max(self.peak_kb, self._size_kb)
        if "refused" in told:
            raise DomainError("pdf_unavailable", told["refused"])
        return Drawn(pdf, told["pages"], told["starts"])

    def _begin(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        command = [sys.executable, "-m", "agency.sheets.drawing_process"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._send(self._process, self._style, style=True)
        return self._process

    @staticmethod
    def _send(process: subprocess.Popen[bytes], content: bytes, **asked: Any) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps({"size": len(content), **asked}).encode() + b"\n" + content)
        process.stdin.flush()

    @staticmethod
    def _answer(process: subprocess.Popen[bytes]) -> tuple[dict[str, Any], bytes]:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())  # ValueError where nothing came
        pdf = process.stdout.read(told["size"])
        if len(pdf) != told["size"]:
            raise ValueError("the answer is cut short")
        return told, pdf

    def _end(self) -> None:
        self._drawn = self._size_kb = 0
        if self._process is None:
            return
        with self._process as process:  # closes its input: it ends by itself
            if process.stdin is not None:
                process.stdin.close()
            if process.stdout is not None:
                process.stdout.read()
        self._process = None
