"""Writes of follow-ups: what opens with a filing, what settles it, spot checks, marks. Logged last."""

from filings.followups.services.opening import (
    follow_ups_begin,
    follow_ups_begin_many,
    follow_ups_record_time,
)
from filings.followups.services.settling import (
    follow_up_receive,
    follow_up_untrue,
    follow_up_verify,
    mark_lift,
)
from filings.followups.services.spot_checks import spot_check_open, spot_checks_draw

__all__ = [
    "follow_up_receive",
    "follow_up_untrue",
    "follow_up_verify",
    "follow_ups_begin",
    "follow_ups_begin_many",
    "follow_ups_record_time",
    "mark_lift",
    "spot_check_open",
    "spot_checks_draw",
]
