"""What a form asks for is done, or the refusal stands on it."""

from __future__ import annotations

from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest

from agency.errors import DomainError, DomainErrors, NotAllowed
from agency.web.middleware import record_refusal


def done(request: HttpRequest, form: Form, act: Callable[..., object]) -> bool:
    """Call `act` with what a valid form says; whether it was done. A refusal is put on the form, one for lack
    of rights is raised."""
    if not form.is_valid():
        return False
    try:
        act(**form.cleaned_data)
    except NotAllowed:
        raise
    except DomainError as error:
        put_on(request, form, error)
        return False
    return True


def put_on(request: HttpRequest, form: Form, error: DomainError) -> None:
    """What was refused, all of it, on the form: beside its field where it has that."""
    record_refusal(request, error)
    for one in error.errors if isinstance(error, DomainErrors) else [error]:
        form.add_error(one.field if one.field in form.fields else None, one.message)
