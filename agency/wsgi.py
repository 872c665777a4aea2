"""WSGI entry point for gunicorn; refuses to start on settings that production must not have."""

import os

from django.core.checks import Tags, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agency.settings")
application = get_wsgi_application()

errors = [message for message in run_checks(tags=[Tags.security]) if message.is_serious()]
if errors:
    raise ImproperlyConfigured("; ".join(str(error) for error in errors))
