"""Staff: accounts, at which level of which agency, and their roles."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q

from agency.organisation.models.offices import Counter
from agency.organisation.models.regions import PoolingRegion
from agency.organisation.roles import Level, Role, cached_roles


class UserManager(BaseUserManager["User"]):
    """Makes accounts; passwords are hashed, an account without one cannot log in."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        user = self.model(username=User.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=username or "")


class User(AbstractBaseUser):
    """工作人员: an account of one person (or the system account) at one level of one agency."""

    username = models.CharField(
        "登录名",
        max_length=50,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "这个登录名已有人用。"},
    )
    display_name = models.CharField("姓名", max_length=30)
    level = models.CharField("层级", max_length=10, choices=Level)
    region = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="统筹区", related_name="staff"
    )
    counter = models.ForeignKey(
        Counter, models.PROTECT, null=True, blank=True, verbose_name="窗口", related_name="staff"
    )
    is_active = models.BooleanField("在用", default=True)
    is_system_account = models.BooleanField("系统账户", default=False, editable=False)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    date_joined = models.DateTimeField("建立时间", null=True, blank=True)

    is_superuser = False  # nobody stands above the role table

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = verbose_name_plural = "工作人员"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level=Level.PROVINCE, region__isnull=True, counter__isnull=True)
                | Q(level=Level.REGION, region__isnull=False, counter__isnull=True)
                | Q(level=Level.COUNTER, region__isnull=False, counter__isnull=False),
                name="user_unit_fits_level",
                violation_error_message="省级人员不填统筹区和窗口，统筹区人员只填统筹区，窗口人员两项都填。",
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name

    def get_short_name(self) -> str:
        return self.display_name

    @property
    def roles(self) -> frozenset[str]:
        """The roles held, read once per object."""
        return cached_roles(self)

    @property
    def role_labels(self) -> str:
        return "、".join(role.label for role in Role if role.value in self.roles) or "无角色"

    @property
    def unit_label(self) -> str:
        if self.is_system_account:
            return "系统账户"
        if self.level == Level.PROVINCE:
            return "省级经办机构"
        if self.level == Level.COUNTER and self.counter is not None:
            return f"{self.region} · {self.counter}"
        return str(self.region)

    @property
    def is_staff(self) -> bool:
        """Who may enter the Django admin."""
        return self.is_active and bool(self.roles & {Role.SUPERVISOR, Role.SYSTEM})

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        return any(
            backend.has_perm(self, perm, obj) for backend in get_backends() if hasattr(backend, "has_perm")
        )

    def has_module_perms(self, app_label: str) -> bool:
        return any(
            backend.has_module_perms(self, app_label)
            for backend in get_backends()
            if hasattr(backend, "has_module_perms")
        )


class StaffRole(models.Model):
    """角色: one role of one account."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name="工作人员", related_name="staff_roles")
    role = models.CharField("角色", max_length=12, choices=Role)

    class Meta:
        verbose_name = verbose_name_plural = "角色"
        ordering = ["user", "role"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="staff_role_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="staff_role_is_known"),
        ]

    def __str__(self) -> str:
        return str(self.get_role_display())
