"""URLs of the app: each slice brings its own."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "settlement"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("settlement.by_hand.urls")),
    path("", include("settlement.corrections.urls")),
    path("", include("settlement.records.urls")),
    path("", include("settlement.deductions.urls")),
    path("", include("settlement.clearing.urls")),
]
