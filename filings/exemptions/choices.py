"""What a row of the rule table 免备案规则 speaks of."""

from django.db import models


class PlaceLevel(models.TextChoices):
    """就医地级别, as Jilin's rule tells places apart [S2]."""

    ANY = "any", "不限"
    OWN = "own", "参保地本地及同城"
    COUNTY = "county", "县级"
    PREFECTURE = "prefecture", "地市级"


class PersonGroup(models.TextChoices):
    ANY = "any", "不限"
    STUDENT = "student", "在校学生"
    EMERGENCY = "emergency", "急诊抢救"


class Needs(models.TextChoices):
    NONE = "none", "免备案"
    TEMPORARY = "temporary", "须临时备案"
    FILING = "filing", "须备案"
