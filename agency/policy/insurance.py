"""险种: the two insurance types that every part of the program speaks of."""

from django.db import models


class InsuranceType(models.TextChoices):
    EMPLOYEE = "employee", "职工"
    RESIDENT = "resident", "居民"


# 310 and 390 are the platform's codes; both spellings occur in files.
INSURANCE_BY_TEXT: dict[str, InsuranceType] = {
    "310": InsuranceType.EMPLOYEE,
    "职工": InsuranceType.EMPLOYEE,
    "390": InsuranceType.RESIDENT,
    "居民": InsuranceType.RESIDENT,
}
