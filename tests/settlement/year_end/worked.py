"""Living through the year of docs/worked-year.md: months as in tests/settlement/worked.py, then the year."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from agency.organisation.models import PoolingRegion
from settlement.year_end import applications
from settlement.year_end.models import YearEndApplication
from settlement.year_end.services import year_close, year_compute
from tests.settlement.holding.conftest import Books
from tests.settlement.worked import Act, Story
from tests.support.document import DOCS, tables_of
from tests.support.world import World

TABLES = tables_of(DOCS / "worked-year.md")


class YearStory(Story):
    """The months, and what is done with their year."""

    def acts(self) -> Iterator[Act]:
        yield from super().acts()
        for one in self.tables["年度"].records:
            yield Act(one["计算"], 7, partial(self._compute, one["年度"]))
            yield Act(one["关账"], 7, partial(self._close, one["年度"]))
        for one in self.tables["年终清算申请"].records:
            yield Act(one["提交"], 8, partial(self._apply, one))
            yield Act(one["审核"], 8, partial(self._review, one["申请编号"]))
            yield Act(one["批准"], 8, partial(self._approve, one["申请编号"]))

    def _compute(self, year: str) -> None:
        year_compute(year=year, by=self.world.prov_clearing, at=self.world.now)

    def _close(self, year: str) -> None:
        year_close(year=year, by=self.world.prov_supervisor, at=self.world.now)

    def _apply(self, said: dict[str, str]) -> None:
        staff = {"长春市": "changchun_clearing", "吉林市": "jilin_clearing", "延边州": "yanbian_clearing"}
        by, at = getattr(self.world, staff[said["统筹区"]]), self.world.now
        region = PoolingRegion.objects.get(name=said["统筹区"])
        filled = {"reason": "2026年全年清算", "contact": "王五", "phone": "0431-80000000"}
        draft = applications.application_draft(year="2026", region=region, by=by, at=at, **filled)
        assert draft.application_no == said["申请编号"]
        applications.application_submit(application=draft, by=by, at=at)

    def _application(self, number: str) -> YearEndApplication:
        return YearEndApplication.objects.select_related("region", "year_end").get(application_no=number)

    def _review(self, number: str) -> None:
        found = self._application(number)
        applications.application_review(application=found, by=self.world.prov_finance, at=self.world.now)

    def _approve(self, number: str) -> None:
        found = self._application(number)
        applications.application_approve(application=found, by=self.world.prov_supervisor, at=self.world.now)


def live_through(world: World, folder: Path) -> YearStory:
    story = YearStory(world, Books(world, folder), TABLES)
    story.live()
    return story
