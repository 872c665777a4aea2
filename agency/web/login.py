"""Login, logout, password, and the page of a locked account."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from agency.journal import audit
from agency.organisation.models import User
from agency.web.access import any_staff, open_to_all
from agency.web.forms import LoginForm, NewPasswordForm


class _Login(auth_views.LoginView):
    template_name = "agency/web/login.html"
    authentication_form = LoginForm

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        user = form.get_user()
        audit.record("logged_in", by=user, at=timezone.now(), region=user.region)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        _record_failure(form.data.get("username", ""), "login_failed")
        return super().form_invalid(form)


class _Password(auth_views.PasswordChangeView):
    template_name = "agency/web/password.html"
    form_class = NewPasswordForm
    success_url = reverse_lazy("agency:home")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        user = form.user
        User.objects.filter(pk=user.pk).update(must_change_password=False)
        audit.record("password_changed", by=user, at=timezone.now(), region=user.region)
        return response


@open_to_all
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponseBase:
    """The login page; too many wrong tries lock the name from that address for a while."""
    if request.user.is_authenticated:
        return redirect("agency:home")
    return _Login.as_view()(request)


@any_staff
@require_POST
def logout(request: HttpRequest) -> HttpResponseBase:
    """End the session."""
    return auth_views.LogoutView.as_view()(request)


@any_staff
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponseBase:
    """Change one's own password."""
    return _Password.as_view()(request)


def _record_failure(username: str, action: str) -> None:
    """Log a failed login under the account it was for; what is no account's name is not kept."""
    user = User.objects.filter(username=username).select_related("region").first()
    audit.record(action, by=user, at=timezone.now(), region=user.region if user else None)


def locked_out(request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """What a locked account sees: how long, and whom to ask."""
    _record_failure((credentials or {}).get("username", ""), "login_locked")
    context = {
        "failure_limit": settings.AXES_FAILURE_LIMIT,
        "cooloff_timedelta": dt.timedelta(hours=settings.AXES_COOLOFF_TIME),
    }
    return render(request, "429.html", context, status=429)
