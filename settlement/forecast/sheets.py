"""使用预测 as a list: all regions, or one, declared once for paper and files; and filled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from agency.organisation.models import PoolingRegion
from agency.periods import SHANGHAI, period_label
from agency.sheets.declare import Column, Group, Kind, Sheet, Value
from agency.sheets.filled import Row, SheetData
from settlement.clearing.services import provincial_agency
from settlement.clearing.sheets import SEQ
from settlement.forecast.outlooks import Running
from settlement.forecast.rules import ASSUMED_OF_ERROR, ASSUMPTIONS
from settlement.forecast.shown import Shown

FORECAST_KIND = "fund_forecast"  # how the log names a print


def _amount(key: str, title: str) -> Column:
    """What is not known stays blank, and so is not summed."""
    return Column(key, title, Kind.MONEY, totalled=False)


FORECAST = Sheet(
    form="使用预测",
    title="{region}周转金使用预测",
    columns=(
        SEQ,
        Column("region", "统筹区", Kind.MARK, width=6),
        Column("insurance_type", "险种", Kind.MARK),
        _amount("quota", "额度"),
        Group("本月已用", (_amount("used", "金额"), Column("rate", "使用率", Kind.MARK))),
        Group(
            "预计达到",
            (Column("yellow", "黄色预警", width=11), Column("red", "红色预警", width=11)),
        ),
        Group("月底预计", (_amount("end", "金额"), Column("end_rate", "使用率", Kind.MARK))),
        Column("error", "以往误差率", Kind.MARK),
    ),
    total="",
    landscape=False,  # two lines of each region: upright they all stand on one page
    signatories=("制表人", "编制日期"),
)


def forecast_data(rows: Sequence[Shown], running: Running, region: PoolingRegion | None) -> SheetData:
    """The list as it stands on the day; of all regions or of one."""
    today = running.today
    return SheetData(
        sheet=FORECAST,
        organisation=provincial_agency(),
        period=f"{today:%Y%m%d}",
        period_label=f"{period_label(running.period)}（{today} 预测）",
        region=region.name if region else "全省",
        rows=tuple(_rows(rows)),
        as_of=dt.datetime.combine(today, dt.time(), SHANGHAI),
        prepared_on=today,
        remarks=(running.told, *ASSUMPTIONS, ASSUMED_OF_ERROR),
    )


def sheet_number(running: Running, region: PoolingRegion | None) -> str:
    """How the log calls it: 20261120, 20261120/220100."""
    return f"{running.today:%Y%m%d}" + (f"/{region.code}" if region else "")


def _rows(rows: Sequence[Shown]) -> Iterator[Row]:
    for row in rows:
        quota, end = row.outlook.quota_fen, row.outlook.end
        values: dict[str, Value] = {
            "region": row.region.name,
            "insurance_type": row.type_label,
            "quota": "" if quota is None else quota,
            "used": row.outlook.use.used_fen,
            "rate": row.outlook.use.text,
            "yellow": row.yellow.text,
            "red": row.red.text,
            "end": "" if end is None else end.used_fen,
            "end_rate": "" if end is None else end.text,
            "error": row.error,
        }
        yield Row(f"{row.region.code}|{row.insurance_type}", values)
