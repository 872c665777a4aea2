"""URLs of the app: each slice brings its own. A case's own page takes any number: last of /cases/."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "settlement"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("settlement.by_hand.urls")),
    path("", include("settlement.corrections.urls")),
    path("", include("settlement.cases.urls")),
    path("", include("settlement.bills.urls")),
    path("", include("settlement.records.urls")),
    path("", include("settlement.matching.urls")),
    path("", include("settlement.deductions.urls")),
    path("", include("settlement.holding.urls")),
    path("", include("settlement.clearing.urls")),
    path("", include("settlement.statements.urls")),
    path("", include("settlement.notices.urls")),
    path("", include("settlement.fund.urls")),
    path("", include("settlement.quotas.urls")),
    path("", include("settlement.forecast.urls")),
    path("", include("settlement.flowcharts.urls")),
    path("", include("settlement.year_end.urls")),
    path("", include("settlement.reconciliation.sides_urls")),
    path("", include("settlement.reconciliation.urls")),
]
