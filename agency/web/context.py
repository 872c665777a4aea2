"""What every page gets: the CSP nonce, the side bar, the day."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from agency.policy.workdays import calendar_known, is_workday
from agency.registry import NAV
from agency.web.parts import capped

WEEKDAYS = "一二三四五六日"


def nonce(request: HttpRequest) -> dict[str, Any]:
    """The nonce under the name that django-htmx reads (django-csp's own processor uses another)."""
    return {"csp_nonce": getattr(request, "csp_nonce", "")}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Side bar and day; evaluated only when a template asks for them."""
    return {"nav": lambda: _nav(request), "today_label": _today_label}


def _today_label() -> str:
    today = timezone.localdate()
    kind = "工作日" if is_workday(today) else "休息日"
    if not calendar_known(today):
        kind += "（今年节假日未公布）"
    return f"{today.year}年{today.month}月{today.day}日 星期{WEEKDAYS[today.weekday()]} · {kind}"


def _nav(request: HttpRequest) -> list[dict[str, Any]]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    items = [item for entry in NAV for item in entry.function(user)]
    best = max((item.url for item in items if request.path.startswith(item.url)), key=len, default="")
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        groups.setdefault(item.group, []).append(
            {
                "label": item.label,
                "url": item.url,
                "key": item.key or None,
                "count": capped(item.count or None),
                "hot": item.hot,
                "current": item.url == best,
            }
        )
    return [{"title": title, "items": rows} for title, rows in groups.items()]
