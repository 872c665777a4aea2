"""不能提交的原因: one sentence, beside the field that it concerns. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from agency.errors import DomainError


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that keeps a filing from being submitted: beside which field, and what to do."""

    code: str
    field: str | None
    message: str
    other_no: str = ""

    def as_error(self) -> DomainError:
        return DomainError(self.code, self.message, field=self.field, other_no=self.other_no)
