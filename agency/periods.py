"""期别: a month as six digits, `202610`. Text, so that it sorts, filters and prints as it stands."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def is_period(text: str) -> bool:
    """Whether the text is a month of the years 2000 to 2999 written as YYYYMM."""
    return (
        len(text) == 6
        and text.isascii()
        and text.isdigit()
        and "2000" <= text[:4] <= "2999"
        and "01" <= text[4:] <= "12"
    )


def period_of(day: date) -> str:
    """The month a day or a moment lies in; a moment with a time zone is taken at its Shanghai date."""
    if isinstance(day, datetime) and day.tzinfo is not None:
        day = day.astimezone(SHANGHAI)
    return f"{day.year:04d}{day.month:02d}"


def shifted(period: str, months: int) -> str:
    """The period so many months later; earlier when `months` is negative."""
    year, month = divmod(_months(period) + months, 12)
    return f"{year:04d}{month + 1:02d}"


def next_period(period: str) -> str:
    return shifted(period, 1)


def previous_period(period: str) -> str:
    return shifted(period, -1)


def months_between(earlier: str, later: str) -> int:
    """How many months `later` lies after `earlier`; negative when it lies before."""
    return _months(later) - _months(earlier)


def first_day(period: str) -> date:
    months = _months(period)
    return date(months // 12, months % 12 + 1, 1)


def last_day(period: str) -> date:
    return first_day(next_period(period)) - timedelta(days=1)


def period_label(period: str) -> str:
    """`2026年10月`, as it stands in the title of a sheet; of a whole year `2026年`."""
    if len(period) == 4 and period.isascii() and period.isdigit():
        return f"{period}年"
    day = first_day(period)
    return f"{day.year}年{day.month}月"


def _months(period: str) -> int:
    if not is_period(period):
        raise ValueError(f"“{period}”不是期别：请写成六位数字的年月，例如 202610。")
    return int(period[:4]) * 12 + int(period[4:]) - 1
