"""App configuration of the kernel, and of the Django admin with our own site."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate

JOINING_MODULES = (
    "hooks",
    "sections",
    "checks",
    "jobs",
    "batches",
    "guards",
    "standing",
    "codes",
    "printing",
)


def join_registries(app: str) -> None:
    """Import the modules of each slice of `app` that join a registry (see agency/registry.py).

    Every folder of the app is a slice; those that bring none of these modules join nothing.
    """
    package = import_module(app)
    slices = [found.name for found in iter_modules(package.__path__) if found.ispkg]
    for name in sorted(set(slices) - {"management", "migrations"}):
        for module in JOINING_MODULES:
            path = f"{app}.{name}.{module}"
            if find_spec(path) is not None:
                import_module(path)


class AgencyConfig(AppConfig):
    name = "agency"
    verbose_name = "机构与参数"

    def ready(self) -> None:
        from agency import system_checks as system_checks
        from agency.journal import guards

        join_registries("agency")
        post_migrate.connect(guards.install_after_migrate, sender=None, dispatch_uid="agency.guards")


class StaffAdminConfig(AdminConfig):
    default_site = "agency.web.admin_site.StaffAdminSite"
