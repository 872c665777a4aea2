"""医疗类别: the five kinds of care that filings, institutions and sheets speak of."""

from django.db import models


class CareKind(models.TextChoices):
    """The sheets' five kinds of care, in the order of the sheets."""

    OUTPATIENT = "outpatient", "普通门诊"
    CHRONIC_OUTPATIENT = "chronic_outpatient", "门诊慢特病"
    INPATIENT = "inpatient", "住院"
    PHARMACY = "pharmacy", "药店购药"
    MATERNITY = "maternity", "生育"
