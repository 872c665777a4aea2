"""The kinds of certificates that tell who somebody is."""

from __future__ import annotations

from django.db import models


class CertificateType(models.Model):
    """证件类型: the platform's code and its name."""

    code = models.CharField("代码", max_length=2, unique=True)
    name = models.CharField("名称", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "证件类型"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name
