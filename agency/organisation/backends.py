"""Login and Django-admin permissions from roles; no permission rows of Django's own are used."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from agency.organisation.models import User
from agency.organisation.roles import Level, Role

READ = frozenset({"view"})
EDIT = frozenset({"view", "add", "change"})

# model label → what a role may do with it in the admin. Region supervisors are narrowed by querysets.
ADMIN_GRANTS: dict[str, dict[tuple[Role, Level], frozenset[str]]] = {}


def grant_admin(model_label: str, grants: dict[tuple[Role, Level], frozenset[str]]) -> None:
    """Say who may do what with a model in the admin; called beside its ModelAdmin."""
    ADMIN_GRANTS[model_label.lower()] = grants


class RoleBackend(ModelBackend):
    """Checks passwords as Django does; answers `has_perm` from ADMIN_GRANTS alone."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if not isinstance(user_obj, User) or not user_obj.is_active or user_obj.is_system_account:
            return False
        app, _, code = perm.partition(".")
        action, _, model = code.partition("_")
        rules = ADMIN_GRANTS.get(f"{app}.{model}", {})
        return any(
            role in user_obj.roles and user_obj.level == level and action in actions
            for (role, level), actions in rules.items()
        )

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return any(
            self.has_perm(user_obj, f"{label.split('.')[0]}.view_{label.split('.')[1]}")
            for label in ADMIN_GRANTS
            if label.startswith(f"{app_label}.")
        )
