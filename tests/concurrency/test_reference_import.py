"""One preview of reference data confirmed by several windows at the same moment is written once."""

import pytest
from django.test import Client

from agency.journal.models import AuditEntry
from agency.organisation.models import AreaCode
from tests.agency.interchange.files import AREA, confirm, lines, upload
from tests.conftest import BACKEND
from tests.support.together import all_at_once
from tests.support.world import the_world

pytestmark = pytest.mark.postgresql

ROWS = [f"{229000 + number},示例{number},220100,2027-01-01,," for number in range(40)]
CLOSED = "220199,长春市本级,220100,2000-01-01,2027-12-31,[NHSA] 长春市本级医保区划"


def window() -> Client:
    client = Client()
    client.force_login(the_world().prov_supervisor, backend=BACKEND)
    return client


@pytest.mark.usefixtures("committed")
def test_confirmations_at_the_same_moment_write_once() -> None:
    content = lines("区划代码,名称,统筹区,生效日期,失效日期,依据", CLOSED, *ROWS)
    previewed = upload(window(), AREA, content)
    windows = [window() for _ in range(3)]
    answers: list[int] = []

    all_at_once(
        [lambda one=one: answers.append(confirm(one, AREA, previewed).status_code) for one in windows]  # type: ignore[misc]
    )

    assert sorted(answers) == [200, 200, 302]  # one wrote; the others see a new preview
    assert AreaCode.objects.filter(name__startswith="示例").count() == 40
    assert AuditEntry.objects.filter(action="reference_imported").count() == 1
    assert AuditEntry.objects.filter(action="reference_added").count() == 40


@pytest.mark.usefixtures("committed")
def test_two_files_that_add_the_same_row_add_it_once() -> None:
    head = "区划代码,名称,统筹区,生效日期,失效日期,依据"
    pairs = [
        (one, upload(one, AREA, lines(head, *rows)))
        for one, rows in ((window(), ROWS), (window(), list(reversed(ROWS))))
    ]

    all_at_once([lambda pair=pair: confirm(pair[0], AREA, pair[1]) for pair in pairs])  # type: ignore[misc]

    assert AreaCode.objects.filter(name__startswith="示例").count() == 40
    assert AuditEntry.objects.filter(action="reference_imported").count() == 1
