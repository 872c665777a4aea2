"""What the rules refuse: errors whose message is the sentence that the clerk reads."""

from collections.abc import Iterable
from typing import Any

REASON_LIMIT = 200  # letters of a reason


class DomainError(Exception):
    """业务拒绝: a rule says no. `code` is stable (English), `message` is what staff read (Chinese).

    `field` names the form field that the message belongs beside, None when it concerns the whole act;
    `facts` are the values the message speaks of (numbers, dates), for links and tests.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.facts = facts

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is, so that it can be told by another process."""
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[DomainError], args: tuple[Any, ...], values: dict[str, Any]) -> DomainError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(values)
    return error


class DomainErrors(DomainError):
    """All reasons at once, in the order in which the page shows them."""

    def __init__(self, errors: Iterable[DomainError]) -> None:
        self.errors = list(errors)
        super().__init__("several", "；".join(error.message for error in self.errors))


class NotAllowed(DomainError):
    """越权: the person may not do this, or not with this record."""

    def __init__(self, message: str = "您没有办理这项业务的权限，请联系主管。", **facts: Any) -> None:
        super().__init__("not_allowed", message, **facts)


class SomeoneElseWasFirst(DomainError):
    """已被他人处理: the record changed between reading and writing."""

    def __init__(self, message: str = "这条记录刚被别人处理过，请刷新后再看。", **facts: Any) -> None:
        super().__init__("someone_else_was_first", message, **facts)


def clean_reason(
    text: str, limit: int = REASON_LIMIT, *, field: str = "reason", what: str = "原因", missing: str = ""
) -> str:
    """A reason, or another text that somebody gives, in one line; an optional one may be empty.

    Errors: `<field>_missing` (`missing` is the sentence of one that has to be given), `<field>_too_long`.
    """
    text = " ".join(text.split())
    if missing and not text:
        raise DomainError(f"{field}_missing", missing, field=field)
    if len(text) > limit:
        raise DomainError(f"{field}_too_long", f"{what}请写在 {limit} 个字以内。", field=field)
    return text


def reason_given(text: str) -> str:
    """A reason that has to be given. Errors: `reason_missing`, `reason_too_long`."""
    return clean_reason(text, missing="请写明原因。")
