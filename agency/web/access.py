"""准入装饰器: every view says who may see it; a test walks all URLs and fails on one without a rule."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from agency.errors import NotAllowed
from agency.organisation import access
from agency.organisation.roles import May

View = Callable[..., HttpResponseBase]

OPEN = "open"  # anyone, logged in or not
STAFF = "staff"  # anyone who is logged in


def _with_rule(view: View, rule: May | str, wrapper: View) -> View:
    wrapper.rule = rule  # type: ignore[attr-defined]
    return wrapper


def _to_login(request: HttpRequest) -> HttpResponseBase:
    """To the login page and back; a fragment's request takes the whole page there."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(reverse("agency:login"))
    return redirect_to_login(request.get_full_path() if request.method == "GET" else reverse("agency:home"))


def open_to_all(view: View) -> View:
    """No login needed: the login page, the verification page, the health check."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return _with_rule(view, OPEN, wrapper)


def any_staff(view: View) -> View:
    """Everybody who is logged in."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_login(request)
        return view(request, *args, **kwargs)

    return _with_rule(view, STAFF, wrapper)


def needs(may: May) -> Callable[[View], View]:
    """Only those whose role and level grant `may`; anonymous → login, others → 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_login(request)
            if not access.allowed(request.user, may):
                raise NotAllowed(f"您没有“{may.label}”的权限，请联系主管。", may=may.value)
            return view(request, *args, **kwargs)

        return _with_rule(view, may, wrapper)

    return decorate
