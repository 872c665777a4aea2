"""The same photo sent twice at the same moment is one scan; different ones are numbered without a gap."""

import io

import pytest

from filings.scans.models import Scan
from filings.scans.services import Incoming, scans_add
from tests.filings.making import make_draft
from tests.filings.scans.files import jpeg
from tests.support.together import all_at_once
from tests.support.world import the_world

pytestmark = pytest.mark.postgresql


@pytest.mark.usefixtures("committed")
def test_a_double_click_and_two_clerks_make_each_scan_once() -> None:
    world = the_world()
    filing = make_draft(world)

    def send(photo: bytes) -> None:
        files = [Incoming("照片.jpg", len(photo), io.BytesIO(photo))]
        scans_add(
            type(filing).objects.get(pk=filing.pk),
            files,
            material="residence_permit",
            by=world.clerk,
            at=world.now,
        )

    photos = [jpeg(), jpeg(), jpeg("green"), jpeg("green")]
    outcome = all_at_once([lambda photo=photo: send(photo) for photo in photos])

    assert outcome == {"done": 4}
    assert list(Scan.objects.values_list("number", "page_count")) == [(1, 1), (2, 1)]
