"""Run beside the server: a small month is signed, and what regions pay for it is registered.

`python -m tests.journeys.laid_payments STATEMENT.csv` writes the bank's file of it: 吉林市 pays two notices
by one line, 长白山 one by a second line, 四平市 a part of one, and 辽源市 what another region owes.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path

import django

MONTH = "202602"
ACCOUNT = "9900000000000{}"  # as in seeds/bank_accounts.csv
JILIN, SIPING, LIAOYUAN, TONGHUA, CHANGBAI = "220200", "220300", "220400", "220500", "229901"
NAMES = ("交易日期", "核心流水号", "借方发生额", "贷方发生额", "对方名称", "对方账户", "用途")
SHORT_FEN = 10000  # what 四平市 pays too little


def sign_the_month() -> None:
    """One case of 吉林市 and one of 四平市 in 长春市, 700.00 each; everybody confirms."""
    from django.core.management import call_command

    from tests.settlement.records.files import row, write

    days = {"入院日期": "2026-02-08", "出院日期": "2026-02-09", "结算时间": "2026-02-09 10:30:00"}
    there = {"就医地区划": "220100", "定点医药机构编号": "H22010200001"}
    rows = [row(f"PAID{code}", **days, **there, 参保地区划=code) for code in (JILIN, SIPING)]
    with tempfile.TemporaryDirectory() as folder:
        call_command("import_settlements", str(write(Path(folder), rows)))
    for command in ("clear_period", "confirm_period", "sign_period"):
        call_command(command, MONTH)


def owed(code: str) -> list[tuple[str, int]]:
    """The open notices that a region pays: 文号, what is open (fen)."""
    from settlement.notices.models import Direction
    from settlement.notices.selectors import notices_open

    rows = [row for row in notices_open([Direction.PAYMENT]) if row.region.code == code]
    return [(row.notice_no, row.total_fen - row.paid_fen) for row in rows]


def register() -> list[dict[str, str]]:
    """The payments, registered one by one on the first day of this month; the bank's lines of them."""
    from django.utils import timezone

    from agency.money import plain_yuan
    from agency.organisation.models import User
    from settlement.notices.services import LineContent, line_enter

    joint, [(part, part_fen)] = owed(JILIN)[:2], owed(SIPING)[:1]
    [(rest, rest_fen)], [(_, foreign_fen)] = owed(CHANGBAI)[:1], owed(TONGHUA)[:1]
    both = "、".join(number for number, _ in joint)
    said = [
        (JILIN, "吉林市医疗保障经办机构", sum(fen for _, fen in joint), both),
        (CHANGBAI, "长白山保护开发区医疗保障经办机构", rest_fen, f"{rest} 第二笔"),
        (SIPING, "四平市医疗保障经办机构", part_fen - SHORT_FEN, part),
        (LIAOYUAN, "辽源市医疗保障经办机构", foreign_fen, "清算款"),
    ]
    now = timezone.localtime()
    by, day, lines = User.objects.get(username="prov_finance"), now.date().replace(day=1), []
    for at, (code, name, fen, note) in enumerate(said, 1):
        content = LineContent(day, f"01{at:06}", "in", fen, name, ACCOUNT.format(code), note)
        line_enter(by=by, at=now, said=content)
        cells = (
            f"{day:%Y%m%d}",
            content.reference,
            "0.00",
            plain_yuan(fen),
            name,
            content.other_account,
            note,
        )
        lines.append(dict(zip(NAMES, cells, strict=True)))
    return lines


def main(target: str) -> None:
    sign_the_month()
    lines = register()
    with Path(target).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, NAMES)
        writer.writeheader()
        writer.writerows(lines)


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1])
