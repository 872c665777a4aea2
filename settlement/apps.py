"""App configuration of the money."""

from django.apps import AppConfig

from agency.apps import join_registries


class SettlementConfig(AppConfig):
    name = "settlement"
    verbose_name = "结算与清算"

    def ready(self) -> None:
        join_registries("settlement")
