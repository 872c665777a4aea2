"""One moment per request, a password that must be changed, and refusals told as sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from agency.errors import DomainError, NotAllowed
from agency.journal import audit
from agency.masking import mask_id
from agency.organisation.models import User
from agency.web.busy import CAME_FROM, busy_page, is_busy, waiting_briefly
from agency.web.errors import bad_request, not_found, only_submitted

NUL_SIGNS = ("\0", "%00", "\\000")
OUR_NUMBER = re.compile(
    r"[A-Z]{1,2}[0-9]{6,14}(?:-[0-9]{5})?|[0-9]{6}|[0-9]{1,2}"
)  # filing, person, batch, job, held case; a month or region


class CleanInputMiddleware:
    """Refuses NUL characters anywhere in a request: no text of ours has one, and databases choke on them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        raw = request.path + request.META.get("QUERY_STRING", "") + request.META.get("HTTP_COOKIE", "")
        if any(sign in raw for sign in NUL_SIGNS) or any("\0" in value for value in request.COOKIES.values()):
            return bad_request(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> HttpResponse | None:
        if request.method == "POST":
            for key, values in request.POST.lists():
                if "\0" in key or any("\0" in value for value in values):
                    return bad_request(request)
        return None


class StaffMiddleware:
    """Sets `request.now`/`request.today` (services take them as arguments) and answers DomainError."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = timezone.now()  # type: ignore[attr-defined]
        request.today = timezone.localdate(request.now)  # type: ignore[attr-defined]
        user = request.user
        if isinstance(user, User) and user.must_change_password:
            free = {reverse("agency:password"), reverse("agency:logout")}
            if request.path not in free and not request.path.startswith(
                f"/{settings.STATIC_URL.strip('/')}/"
            ):
                return redirect("agency:password")
        with waiting_briefly(request):
            response = self.get_response(request)
        if request.method == "GET" and isinstance(response, HttpResponseNotAllowed):
            response = only_submitted(request, response.headers["Allow"])
        if isinstance(user, User):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal is logged after the rollback and shown: 403 for lack of rights, else a flash. A form that
        met a lock held for long is kept and sent again."""
        if isinstance(exception, Http404):
            return not_found(request)
        if is_busy(exception):
            return busy_page(request)
        if not isinstance(exception, DomainError):
            return None
        record_refusal(request, exception)
        if isinstance(exception, NotAllowed):
            return render(request, "403.html", {"message": exception.message}, status=403)
        back = _same_site_path(request)
        if request.method == "POST" and back and not getattr(request, "htmx", False):
            messages.error(request, exception.message)
            return redirect(back)
        refused = {"message": exception.message, "reads": request.method == "GET", "back": back}
        return render(request, "400.html", refused, status=422)


def record_refusal(request: HttpRequest, error: DomainError) -> None:
    """Log that something was refused: code and path's view name, never what was typed."""
    user = request.user if isinstance(request.user, User) else None
    match = request.resolver_match
    values = [str(value) for value in match.kwargs.values()] if match else []
    numbers = [value if OUR_NUMBER.fullmatch(value) else mask_id(value) for value in values]
    audit.record(
        "refused",
        by=user,
        at=request.now,  # type: ignore[attr-defined]
        subject_kind="url",
        subject_no=" ".join(numbers)[:40],
        region=user.region if user is not None else None,
        code=error.code,
        view=match.view_name if match else "",
    )


def _same_site_path(request: HttpRequest) -> str:
    """The page the form was on (with its filters), if it is one of ours."""
    came_from = request.POST.get(CAME_FROM) or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure()):
        return ""
    parts = urlsplit(came_from)
    back = parts.path + (f"?{parts.query}" if parts.query else "")
    return back if url_has_allowed_host_and_scheme(back, None) else ""
