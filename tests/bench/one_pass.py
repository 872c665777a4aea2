"""`import_settlements FILE` in a process of its own; says on stderr the most memory it took (kB) and how long
its match with filings took (s), for that is timed apart."""

from __future__ import annotations

import os
import sys
import time

from tests.bench.memory import most_memory


def main(path: str) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agency.settings")
    import django

    django.setup()
    from settlement.management.commands import import_settlements as command

    spent: list[float] = []
    match = command.match_batch

    def timed(*args: object, **named: object) -> object:
        began = time.perf_counter()
        try:
            return match(*args, **named)  # type: ignore[arg-type]
        finally:
            spent.append(time.perf_counter() - began)

    command.match_batch = timed  # type: ignore[assignment]
    try:
        command.Command().run_from_argv(["manage.py", "import_settlements", path, "--json"])
    finally:
        sys.stderr.write(f"{most_memory()}\n{sum(spent)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
