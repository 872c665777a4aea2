"""备注: what staff note about a person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from agency.organisation import access
from agency.organisation.models import PoolingRegion, User
from filings.people.models import InsuredPerson

LONGEST = 500


class NoteQuerySet(models.QuerySet):
    def visible_to(self, by: User) -> NoteQuerySet:
        """Notes of the actor's region; the province reads all."""
        return self if access.sees_all(by) else self.filter(region=by.region_id)


class Note(models.Model):
    """备注: what a region's staff should know of a person. Only added; a correction is a new one."""

    person = models.ForeignKey(InsuredPerson, models.PROTECT, verbose_name="参保人", related_name="notes")
    region = models.ForeignKey(PoolingRegion, models.PROTECT, verbose_name="统筹区", related_name="+")
    text = models.CharField("备注", max_length=LONGEST)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="写的人", related_name="+")
    at = models.DateTimeField("时间")

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "备注"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_says_something")]
        # serves the notes on a person's card, newest first
        indexes = [models.Index(fields=["person", "-id"], name="note_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.at:%Y-%m-%d}"
