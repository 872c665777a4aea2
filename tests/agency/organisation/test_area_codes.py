"""Area codes to pooling regions, by date [P]."""

import datetime as dt

import pytest

from agency.organisation.models import PoolingRegion
from agency.organisation.selectors import area_code_table


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "on", "region"),
    [
        ("229900", "2026-10-01", "省直"),
        ("220100", "2026-10-01", "长春市"),
        ("220199", "2026-10-01", "长春市"),
        ("220102", "2026-10-01", "长春市"),
        ("220299", "2026-10-01", "吉林市"),
        ("220581", "2026-10-01", "梅河口市"),
        ("220582", "2026-10-01", "通化市"),
        ("220184", "2026-10-01", "长春市"),
        ("220381", "2020-06-30", "四平市"),
        ("220381", "2020-07-01", "长春市"),
        ("229901", "2026-10-01", "长白山"),
        ("222401", "2026-10-01", "延边州"),
        ("222499", "2026-10-01", "延边州"),
        ("110105", "2026-10-01", "北京市"),
        ("150402", "2026-10-01", "内蒙古自治区"),
        ("229800", "2026-10-01", None),
        ("990000", "2026-10-01", None),
        ("22010", "2026-10-01", None),
        ("", "2026-10-01", None),
    ],
)
def test_an_area_code_leads_to_its_region(code: str, on: str, region: str | None) -> None:
    found = area_code_table().region_id(code, dt.date.fromisoformat(on))

    assert (PoolingRegion.objects.get(pk=found).name if found else None) == region
