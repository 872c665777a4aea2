"""`confirm_period YYYYMM [--region R]`: confirm a month for one region, or for all that have not yet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from agency.commanding import CommandResult, StaffCommand
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.periods import period_label
from settlement.clearing.comparisons import month_with_sheets
from settlement.clearing.export import pooling_region
from settlement.clearing.services import AlreadySigned, region_confirm, unconfirmed


class Command(StaffCommand):
    help = "确认一个月份的清算表：一个统筹区，或全部还没有确认的统筹区。"

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("period", metavar="YYYYMM", help="期别，如 202610")
        parser.add_argument("--region", help="统筹区：长春市、长春或 220100（缺省为全部）")

    @transaction.atomic
    def perform(self, by: User, at: dt.datetime, **options: Any) -> CommandResult:
        access.require(by, May.CONFIRM_CLEARING)
        month = month_with_sheets(options["period"])
        if month.is_signed:
            raise AlreadySigned(month)
        named = options["region"] or (by.region.name if by.region and not access.sees_all(by) else None)
        chosen = pooling_region(named) if named else None
        confirmed = []
        for party in unconfirmed(month):
            if chosen is None or party.id == chosen.pk:
                region_confirm(period=month.period, region=pooling_region(party.code), by=by, at=at)
                confirmed.append(party.name)
        label = period_label(month.period)
        said = f"{label}已确认：{'、'.join(confirmed)}。" if confirmed else f"{label}没有等待确认的统筹区。"
        return CommandResult({"confirmed": len(confirmed)}, [said])
