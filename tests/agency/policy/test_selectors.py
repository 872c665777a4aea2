"""Policy values by day."""

import datetime as dt

import pytest

from agency.errors import DomainError
from agency.policy.models import Parameter
from agency.policy.selectors import int_parameter, int_parameter_by_day

pytestmark = pytest.mark.django_db
KEY = "clearing.confirm_workdays"


def test_a_value_read_once_is_that_of_each_day() -> None:
    known = Parameter.objects.get(key=KEY)
    Parameter.objects.filter(pk=known.pk).update(valid_to=dt.date(2026, 12, 31))
    Parameter.objects.create(
        key=KEY, value="7", value_type="int", label=known.label, source="[P]", valid_from=dt.date(2027, 1, 1)
    )

    on = int_parameter_by_day(KEY)

    days = (dt.date(2026, 12, 31), dt.date(2027, 1, 1))
    assert [on(day) for day in days] == [int_parameter(KEY, day) for day in days] == [5, 7]


def test_a_day_without_a_value_is_refused_as_everywhere() -> None:
    with pytest.raises(DomainError) as refused:
        int_parameter_by_day(KEY)(dt.date(1999, 12, 31))

    assert refused.value.code == "parameter_missing"
