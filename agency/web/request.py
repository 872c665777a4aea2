"""The request as views see it: somebody of the staff, one moment, one day."""

import datetime as dt

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from agency.organisation.models import User


class StaffRequest(HttpRequest):
    """Set by StaffMiddleware and the login; in a view open to all `user` may be anonymous."""

    user: User
    now: dt.datetime
    today: dt.date
    htmx: HtmxDetails
