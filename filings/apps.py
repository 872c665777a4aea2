"""App configuration of the person's side."""

from django.apps import AppConfig

from agency.apps import join_registries


class FilingsConfig(AppConfig):
    name = "filings"
    verbose_name = "参保与备案"

    def ready(self) -> None:
        join_registries("filings")
