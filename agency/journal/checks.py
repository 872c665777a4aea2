"""Invariants of the journal: the chain of the log, states with their history, guards in place."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery, TextField
from django.db.models.functions import Cast

from agency.journal import audit, guards
from agency.journal.models import StateChange
from agency.registry import CHECKS, STATEFUL
from agency.web.parts import Broken


@CHECKS.register("日志连续未改", order=900)
def log_is_whole(period: str | None) -> Iterator[Broken]:
    """Every entry follows the one before and its digest fits its content."""
    for seq, message in audit.broken_links():
        yield Broken("日志连续未改", f"日志 {seq}", message)


@CHECKS.register("状态都有经过", order=910)
def states_have_history(period: str | None) -> Iterator[Broken]:
    """A record's state is the one its last state change led to."""
    for entry in STATEFUL:
        model = entry.function()
        number = model.journal_field
        untold = model.machine.first if model.machine.begins_untold else None
        subject_no = Cast(OuterRef(number), TextField())  # a year is a number
        last = StateChange.objects.filter(subject_kind=model.machine.kind, subject_no=subject_no).order_by(
            "-id"
        )
        rows = model._base_manager.annotate(recorded_state=Subquery(last.values("to_state")[:1]))
        for no, state, recorded in (
            rows.values_list(number, "state", "recorded_state").order_by("pk").iterator()
        ):
            if state != (recorded or untold):
                told = model.machine.label(recorded) if recorded else "无记录"
                yield Broken("状态都有经过", no, f"状态是“{model.machine.label(state)}”，经过记的是“{told}”")


@CHECKS.register("防改触发器齐全", order=920)
def guards_are_installed(period: str | None) -> Iterator[Broken]:
    """Every trigger that keeps append-only rows exists and is enabled."""
    for name in guards.missing():
        yield Broken("防改触发器齐全", name, "触发器缺失，请运行 migrate 重新安装")
