"""URLs of the app: each slice brings its own."""

from django.urls import URLPattern, URLResolver

app_name = "filings"
urlpatterns: list[URLPattern | URLResolver] = []
