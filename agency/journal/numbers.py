"""Numbers that are given out once: one UPDATE per number, gapless within a committed series."""

from django.db.models import F

from agency.journal.models import NumberSeries


def next_number(series: str) -> int:
    """The next number of a series (1, 2, …), inside a transaction: the row stays locked until its end."""
    if not NumberSeries.objects.filter(name=series).update(value=F("value") + 1):
        NumberSeries.objects.bulk_create([NumberSeries(name=series, value=0)], ignore_conflicts=True)
        NumberSeries.objects.filter(name=series).update(value=F("value") + 1)
    return NumberSeries.objects.get(name=series).value
