"""One moment per request, a password that must be changed, and refusals told as sentences."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from agency.errors import DomainError, NotAllowed
from agency.journal import audit
from agency.organisation.models import User


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
        response = self.get_response(request)
        if isinstance(user, User):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal is logged after the rollback and shown: 403 for lack of rights, else a flash."""
        if not isinstance(exception, DomainError):
            return None
        record_refusal(request, exception)
        if isinstance(exception, NotAllowed):
            return render(request, "403.html", {"message": exception.message}, status=403)
        back = _same_site_path(request)
        if request.method == "POST" and back and not getattr(request, "htmx", False):
            messages.error(request, exception.message)
            return redirect(back)
        return render(request, "400.html", {"message": exception.message}, status=422)


def record_refusal(request: HttpRequest, error: DomainError) -> None:
    """Log that something was refused: code and path's view name, never what was typed."""
    user = request.user if isinstance(request.user, User) else None
    match = request.resolver_match
    numbers = [str(value) for value in match.kwargs.values()] if match else []
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
    """The page the form was on, if it is one of ours."""
    parts = urlsplit(request.headers.get("Referer", ""))
    return parts.path if parts.netloc == request.get_host() and parts.path.startswith("/") else ""
