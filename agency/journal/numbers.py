"""Numbers that are given out once: one UPDATE per number, gapless within a committed series."""

from django.db.models import F

from agency.journal.models import NumberSeries


def next_number(series: str) -> int:
    """The next number of a series (1, 2, …), inside a transaction: the row stays locked until its end."""
    return next_numbers(series, 1)[0]


def next_numbers(series: str, count: int) -> range:
    """The next `count` numbers of a series in a row; empty for none."""
    if not NumberSeries.objects.filter(name=series).update(value=F("value") + count):
        NumberSeries.objects.bulk_create([NumberSeries(name=series, value=0)], ignore_conflicts=True)
        NumberSeries.objects.filter(name=series).update(value=F("value") + count)
    last = NumberSeries.objects.get(name=series).value
    return range(last - count + 1, last + 1)
