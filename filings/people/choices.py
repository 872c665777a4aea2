"""What can be said of a person and an enrolment."""

from django.db import models


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"
    UNKNOWN = "unknown", "未说明"


class PersonCategory(models.TextChoices):
    WORKING = "working", "在职"
    RETIRED = "retired", "退休"
    RESIDENT = "resident", "居民"
    STUDENT = "student", "学生儿童"


class EnrolmentStatus(models.TextChoices):
    NORMAL = "normal", "正常"
    SUSPENDED = "suspended", "暂停"
    ENDED = "ended", "终止"
