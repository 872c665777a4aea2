"""System checks: production settings that are only fit for a laptop are refused by name."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver"})


@register(Tags.security)
def production_is_safe(app_configs: Any, **kwargs: Any) -> list[Any]:
    """Refuses to start on a laptop's key, an open host list, a PUBLIC_URL without TLS, or forgotten DEBUG."""
    if settings.DEBUG:
        return _debug_is_local()
    found: list[Any] = []
    if settings.SECRET_KEY == settings.LAPTOP_KEY or len(settings.SECRET_KEY) < 40:
        found.append(
            Error("SECRET_KEY is the laptop's or too short; set a long random one.", id="agency.E001")
        )
    if not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ALLOWED_HOSTS must name the hosts that serve this site.", id="agency.E002"))
    if not settings.PUBLIC_URL.startswith("https://"):
        found.append(
            Error("PUBLIC_URL must be the https:// address that printed codes lead to.", id="agency.E003")
        )
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(Error("DATABASE_URL must point to PostgreSQL in production.", id="agency.E004"))
    return found


def _debug_is_local() -> list[Any]:
    """DEBUG is on by default, for a laptop; on a host that others reach it was forgotten."""
    reached = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL_HOSTS]
    if reached or settings.PUBLIC_URL.startswith("https://"):
        return [Error("DEBUG must be off where others reach this site; set DEBUG=False.", id="agency.E005")]
    return []


@register(Tags.security, deploy=True)
def system_account_may_approve(app_configs: Any, **kwargs: Any) -> list[Any]:
    """Who has a shell may approve as the system account: said aloud by `check --deploy`."""
    return [
        Warning(
            "Commands without --as act as the system account, which may also approve; "
            "give shell access only to those who may.",
            id="agency.W001",
        )
    ]
