"""演示扫描件: papers drawn for open filings of the demo, taken in by the services like any other."""

from __future__ import annotations

import datetime as dt
import io

from PIL import Image, ImageDraw, ImageFont

from agency.seeding import Tally
from agency.sheets.fonts import SANS, font_paths
from filings.filing.models import Filing
from filings.filing.states import OPEN
from filings.scans.models import Scan
from filings.scans.services import Incoming, scans_add

FILINGS, PAPERS_EACH = 2, 2
MINUTE = dt.timedelta(minutes=1)
CARD = (1200, 780)


def demo_scans(tally: Tally, now: dt.datetime) -> None:
    """Two papers each of the first filings that wait, of those that have none yet."""
    waiting = Filing.objects.filter(state__in=[state for state in OPEN if state != "draft"])
    rows = waiting.exclude(materials__isnull=True).select_related("taken_in_by", "person").order_by("pk")
    for filing in rows.distinct()[:FILINGS]:
        if Scan.objects.filter(filing=filing).exists():
            tally.same += 1
            continue
        for row in filing.materials.select_related("material")[:PAPERS_EACH]:
            picture = _drawn(row.material.name, filing)
            file = Incoming(f"{row.material.name}.jpg", len(picture), io.BytesIO(picture))
            at = min(now, filing.taken_in_at + 2 * MINUTE)
            scans_add(filing, [file], material=row.material.code, by=filing.taken_in_by, at=at)
            tally.created += 1


def _drawn(title: str, filing: Filing) -> bytes:
    """A card on a desk that says what it is, and that it is made up."""
    image = Image.new("RGB", (1600, 1200), "#8b7d6b")
    draw = ImageDraw.Draw(image)
    face = str(font_paths()[SANS])
    left, top = (1600 - CARD[0]) // 2, (1200 - CARD[1]) // 2
    box = (left, top, left + CARD[0], top + CARD[1])
    draw.rounded_rectangle(box, 36, fill="#f4f7f2", outline="#557a6a", width=6)
    draw.text((left + 60, top + 50), title, "#17242f", ImageFont.truetype(face, 84))
    lines = [
        f"姓名　{filing.person.name}",
        f"备案　{filing.filing_no}",
        f"就医地　{filing.care_place_name}",
    ]
    for number, line in enumerate(lines):
        draw.text((left + 60, top + 230 + number * 110), line, "#17242f", ImageFont.truetype(face, 60))
    draw.rectangle(
        (left + 880, top + 220, left + 1120, top + 540), fill="#cfd8dc", outline="#90a4ae", width=4
    )
    draw.ellipse((left + 950, top + 260, left + 1050, top + 370), fill="#90a4ae")
    draw.pieslice((left + 900, top + 390, left + 1100, top + 660), 180, 360, fill="#90a4ae")
    draw.text((left + 60, top + 640), "演示样张，非真实证件", "#b3261e", ImageFont.truetype(face, 64))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=85)
    return target.getvalue()
