"""The Django admin, in Chinese, themed like the staff pages; entered by roles, logged out through ours."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

OUR_APPS = frozenset({"agency", "filings", "settlement"})


class StaffAdminSite(AdminSite):
    site_header = "异地就医经办 · 后台管理"
    site_title = "后台管理"
    index_title = "基础数据与人员"
    site_url = "/"
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only our own models: what packages register is for operators with a shell."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        model: Any
        for model in models:
            if model._meta.app_label in OUR_APPS:
                super().register(model, admin_class, **options)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """There is one page to change a password, ours, which logs it."""
        return redirect("agency:password")

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """There is one login page, ours, with its lock-out."""
        if request.user.is_authenticated and not self.has_permission(request):
            return redirect("agency:home")
        return redirect_to_login(request.GET.get("next") or "/admin/")
