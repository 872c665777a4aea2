"""Who we are: pooling regions, area codes, agencies, counters, institutions, staff and their roles."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import F, Q

from agency.organisation.roles import Level, Role, cached_roles
from agency.policy.care import CareKind


class DatedQuerySet(models.QuerySet):
    """Rows with `valid_from`/`valid_to` (both inclusive; `valid_to` empty = open)."""

    def in_force(self, on: dt.date) -> DatedQuerySet:
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class Dated(models.Model):
    """A row of reference data with its dates and its source."""

    valid_from = models.DateField("生效日期", default=dt.date(2000, 1, 1))
    valid_to = models.DateField("失效日期", null=True, blank=True, help_text="空着表示一直有效")
    source = models.CharField("依据", max_length=200, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


def dates_in_order(table: str) -> models.CheckConstraint:
    """The end never lies before the beginning."""
    return models.CheckConstraint(
        condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
        name=f"{table}_dates_in_order",
        violation_error_message="失效日期不能早于生效日期。",
    )


class RegionKind(models.TextChoices):
    POOLING = "pooling", "本省统筹区"
    OUTSIDE = "outside", "外省"


class PoolingRegion(Dated):
    """统筹区: a party of the clearing: one of Jilin's pooling regions, or another province.

    Another province stands as one party (`kind` outside); its money goes through the provincial platform.
    """

    code = models.CharField("区划代码", max_length=6, unique=True)
    name = models.CharField("名称", max_length=30, unique=True, help_text="印在表上的名称，如 长春市")
    short_name = models.CharField("简称", max_length=30, unique=True)
    kind = models.CharField("类别", max_length=10, choices=RegionKind, default=RegionKind.POOLING)
    position = models.PositiveSmallIntegerField("排序")

    class Meta:
        verbose_name = verbose_name_plural = "统筹区"
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=RegionKind.values), name="pooling_region_kind_is_known"
            ),
            dates_in_order("pooling_region"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_outside(self) -> bool:
        return self.kind == RegionKind.OUTSIDE


class AreaCode(Dated):
    """区划对照: which pooling region an area code belongs to, by date [P]."""

    area_code = models.CharField("区划代码", max_length=6)
    name = models.CharField("名称", max_length=50)
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="areas")

    class Meta:
        verbose_name = verbose_name_plural = "区划对照"
        ordering = ["area_code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["area_code", "valid_from"], name="area_code_one_per_start"),
            dates_in_order("area_code"),
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.name}"


class RegionPair(Dated):
    """统筹区对: whether care between two regions that share a city counts as 异地 (default: it does) [P]."""

    region_a = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区甲", related_name="+")
    region_b = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区乙", related_name="+")
    is_cross_region = models.BooleanField("算异地就医", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "统筹区对"
        ordering = ["region_a", "region_b", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["region_a", "region_b", "valid_from"], name="region_pair_one_per_start"
            ),
            models.CheckConstraint(condition=~Q(region_a=F("region_b")), name="region_pair_of_two"),
            dates_in_order("region_pair"),
        ]

    def __str__(self) -> str:
        return f"{self.region_a}–{self.region_b}"


class Place(models.Model):
    """就医地: a city (prefecture) that a filing can name, within its province."""

    code = models.CharField("区划代码", max_length=6, unique=True)
    name = models.CharField("名称", max_length=50)
    province = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="外省", related_name="places"
    )
    region = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="本省统筹区", related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "就医地"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(province__isnull=True, region__isnull=False)
                | Q(province__isnull=False, region__isnull=True),
                name="place_in_one_party",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Agency(models.Model):
    """经办机构: the provincial agency or a pooling region's."""

    code = models.CharField("编码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=60)
    region = models.ForeignKey(
        PoolingRegion,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="统筹区",
        related_name="agencies",
        help_text="空着表示省级经办机构",
    )

    class Meta:
        verbose_name = verbose_name_plural = "经办机构"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Counter(Dated):
    """窗口: a service hall where filings are taken in."""

    code = models.CharField("编码", max_length=20, unique=True)
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name="经办机构", related_name="counters")
    name = models.CharField("名称", max_length=60)
    address = models.CharField("地址", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "窗口"
        ordering = ["code"]
        constraints = [dates_in_order("counter")]

    def __str__(self) -> str:
        return self.name


class InstitutionQuerySet(models.QuerySet):
    def designated(self, on: dt.date) -> InstitutionQuerySet:
        """Institutions that are designated on a day; a stub is one of which nothing is known [S4]."""
        return self.filter(
            Q(designated_to__isnull=True) | Q(designated_to__gte=on), is_stub=False, designated_from__lte=on
        )


class Institution(models.Model):
    """定点医药机构: a hospital (H…) or pharmacy (P…). A stub is one we only know from a case file."""

    code = models.CharField("编码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=100, blank=True)
    level = models.CharField("等级", max_length=20, blank=True)
    region = models.ForeignKey(
        PoolingRegion, models.PROTECT, null=True, blank=True, verbose_name="统筹区", related_name="+"
    )
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="所在地",
        related_name="institutions",
        help_text="所在的市州",
    )
    address = models.CharField("地址", max_length=200, blank=True)
    designated_from = models.DateField("定点起", default=dt.date(2000, 1, 1))
    designated_to = models.DateField("定点止", null=True, blank=True, help_text="空着表示仍是定点")
    is_stub = models.BooleanField("待完善", default=False, help_text="由结算文件自动登记，名称等待补全")

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定点医药机构"
        ordering = ["code"]
        indexes = [  # the directory: of a city, of a region or province, by exact name; each in its order
            models.Index(fields=["place", "code"], name="institution_by_place"),
            models.Index(fields=["region", "code"], name="institution_by_region"),
            models.Index(fields=["name", "code"], name="institution_by_name"),
            models.Index(fields=["code"], condition=Q(is_stub=True), name="institution_stubs"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(designated_to__isnull=True) | Q(designated_to__gte=F("designated_from")),
                name="institution_designation_in_order",
                violation_error_message="定点止不能早于定点起。",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.code

    @property
    def is_pharmacy(self) -> bool:
        return self.code.startswith("P")

    def designated_on(self, on: dt.date) -> bool:
        """Whether it is a designated institution on a day [S4]."""
        ended = self.designated_to is not None and self.designated_to < on
        return not self.is_stub and self.designated_from <= on and not ended


class ConnectionScope(models.TextChoices):
    """联网范围: for whose insured an institution settles directly."""

    IN_PROVINCE = "in_province", "省内异地"
    CROSS_PROVINCE = "cross_province", "跨省异地"


class InstitutionConnection(Dated):
    """联网结算: a kind of care that an institution settles directly for people insured elsewhere [S0]."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, verbose_name="医药机构", related_name="connections"
    )
    care_kind = models.CharField("医疗类别", max_length=20, choices=CareKind)
    scope = models.CharField("联网范围", max_length=16, choices=ConnectionScope)

    class Meta:
        verbose_name = verbose_name_plural = "联网结算"
        ordering = ["institution", "care_kind", "scope", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "care_kind", "scope", "valid_from"],
                name="institution_connection_one_per_start",
            ),
            models.CheckConstraint(
                condition=Q(care_kind__in=CareKind.values), name="institution_connection_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(scope__in=ConnectionScope.values), name="institution_connection_scope_is_known"
            ),
            dates_in_order("institution_connection"),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.get_care_kind_display()} {self.get_scope_display()}"


class Qualification(models.TextChoices):
    """资格: what an institution may do beside treating."""

    REFERRAL = "referral", "转诊资格"
    REGIONAL_CENTRE = "regional_centre", "省级以上区域医疗中心"


class InstitutionQualification(Dated):
    """机构资格: who may send the insured of its region elsewhere for treatment [S0, S2]."""

    institution = models.ForeignKey(
        Institution, models.PROTECT, verbose_name="医药机构", related_name="qualifications"
    )
    qualification = models.CharField("资格", max_length=16, choices=Qualification)

    class Meta:
        verbose_name = verbose_name_plural = "机构资格"
        ordering = ["institution", "qualification", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["institution", "qualification", "valid_from"],
                name="institution_qualification_one_per_start",
            ),
            models.CheckConstraint(
                condition=Q(qualification__in=Qualification.values),
                name="institution_qualification_is_known",
            ),
            dates_in_order("institution_qualification"),
        ]

    def __str__(self) -> str:
        return f"{self.institution} {self.get_qualification_display()}"


class CertificateType(models.Model):
    """证件类型: the platform's code and its name."""

    code = models.CharField("代码", max_length=2, unique=True)
    name = models.CharField("名称", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "证件类型"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


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
