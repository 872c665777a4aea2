"""What the rules refuse: errors whose message is the sentence that the clerk reads."""

from collections.abc import Iterable
from typing import Any


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
