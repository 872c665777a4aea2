"""备案类型 and the other choices of a filing."""

from django.db import models


class FilingKind(models.TextChoices):
    RETIRED_RELOCATION = "retired_relocation", "异地安置退休人员"
    LONG_TERM_RESIDENCE = "long_term_residence", "异地长期居住人员"
    LONG_TERM_WORK = "long_term_work", "常驻异地工作人员"
    MATERNITY = "maternity", "异地生育"
    REFERRAL = "referral", "异地转诊人员"
    EMERGENCY = "emergency", "异地急诊抢救人员"
    TEMPORARY_OTHER = "temporary_other", "其他临时外出就医人员"


class Term(models.TextChoices):
    LONG_TERM = "long_term", "长期"
    TEMPORARY = "temporary", "临时"


class Channel(models.TextChoices):
    COUNTER = "counter", "经办机构窗口"
    PARTNER = "partner", "合作单位"
    DELEGATE = "delegate", "委托机构"
    WEB = "web", "医保服务平台网厅"
    APP = "app", "医保服务平台APP"
    MINI_PROGRAM = "mini_program", "小程序"
    GOVERNMENT = "government", "政务服务平台"


class GivenAs(models.TextChoices):
    ORIGINAL = "original", "原件"
    COPY = "copy", "复印件"
    COMMITMENT = "commitment", "承诺"
    DEFERRED = "deferred", "容缺后补"
