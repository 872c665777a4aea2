"""What an export writes, an import takes back as unchanged: CSV and XLSX, whatever the texts and amounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from agency.batches.kinds import CheckRequest
from agency.batches.services import batch_run
from settlement.records.batches import KIND, check_settlements
from settlement.records.export import write_file
from settlement.records.models import SettlementRecord
from tests.settlement.records.files import reversal, row, write
from tests.support.world import World

STARTS = [
    "",
    "=",
    "+",
    "-",
    "@",
    "'=",
    "''+",
    "＝",
    "－",
    "\t=",
    "=HYPERLINK(1)",
    "<r>",
    "null",
    "_x0041_",
    "#N/A",
    "TRUE",
]
texts = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from(STARTS),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Co", "Cn"], exclude_characters="\0"),
        max_size=12,
    ),
)
digits = st.text("0123456789０１２３４５６７８９", min_size=1, max_size=30)
fen = st.integers(0, 10**12)


@st.composite
def cases(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Cases that add up, some with their reversal."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        pooling, account, cash = draw(fen), draw(fen), draw(fen)
        total = pooling + account + cash
        amounts = {
            "医疗费总额": total, "全自费": 0, "超限价自费": 0, "先行自付": 0, "符合政策范围": total,
            "实际起付线": 0, "统筹基金": pooling, "职工大额补助": 0, "基金支付总额": pooling,
            "个人账户": account, "个人现金": cash,
        }  # fmt: skip
        named = {
            "姓名": draw(texts) + "甲",
            "人员编号": draw(digits),
            "病案号": draw(st.one_of(st.just(""), digits, texts)),
            "诊断": draw(texts),
            "结算时间": f"2026-10-{draw(st.integers(1, 31)):02d} {draw(st.integers(0, 23)):02d}:00:59",
            "入院日期": draw(st.sampled_from(["", "2026-09-30"])),
            "出院日期": draw(st.sampled_from(["", "2026-10-09"])),
        }
        key = f"{draw(digits)}-{number}"
        made.append(row(key, **named, **{name: yuan(value) for name, value in amounts.items()}))
        if total and draw(st.booleans()):
            negative = {name: yuan(-value) for name, value in amounts.items()}
            made.append(reversal(f"{key}R", key, **named, **negative))
    return made


def yuan(value: int) -> str:
    return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@given(rows=cases())
@settings(
    phases=[Phase.explicit, Phase.generate],
    max_examples=8,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
def test_an_export_comes_back_unchanged(
    kind: str, rows: list[dict[str, Any]], world: World, tmp_path: Path
) -> None:
    SettlementRecord.objects.all()._raw_delete("default")
    path = write(tmp_path, rows, "in.csv")
    _, loaded = batch_run(kind=KIND, path=path, by=world.system, system=world.system, at=world.now)
    out = tmp_path / f"out.{kind}"

    count = write_file(out, SettlementRecord.objects.all(), kind, masked=False, at=world.now)
    back = check_settlements(CheckRequest(path=out, file_name=out.name, by=world.system))

    assert (loaded.accepted, loaded.refused) == (len(rows), [])
    assert (count, back.rows, back.unchanged, back.refused) == (len(rows), len(rows), len(rows), [])
