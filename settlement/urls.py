"""URLs of the app: each slice brings its own."""

from django.urls import URLPattern, URLResolver

app_name = "settlement"
urlpatterns: list[URLPattern | URLResolver] = []
