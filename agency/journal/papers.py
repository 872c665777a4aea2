"""表单的打印: a person's form as a page or a PDF, logged, with its verification code.

A form declares what it says as a `FormContent`; what is printed of which record is a `Paper`. `PRINTED_FORMS`
is what `print_form` can print: a slice registers a function under the form's number.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, ClassVar

from django.template.loader import render_to_string

from agency.journal import audit
from agency.journal.prints import PRINTED, form_printed, verify_url
from agency.organisation.models import PoolingRegion, User
from agency.registry import Registry
from agency.sheets.as_html import form_context
from agency.sheets.as_pdf import paper_html, render_form_pdf

BLANK_MADE_AT = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Tick:
    """One box with its label."""

    label: str
    on: bool = False
    promised: bool = False  # 承诺 stands in place of the box


_NAMES: dict[str, dict[str, None]] = {}  # what papers of one form number are called


def paper_name(form_no: str) -> str:
    """What a list calls a printed paper: 表 1 登记备案表; one beside the twenty by its name alone, and where
    several share the number by what they have in common."""
    names = list(_NAMES.get(form_no, {}))
    if form_no[:1].isdigit():
        return f"表 {form_no} {names[0]}" if names else f"表 {form_no}"
    if not names:
        return form_no  # a sheet beside the twenty
    return names[0] if len(names) == 1 else f"{form_no}单"


@dataclass(frozen=True)
class FormContent:
    """What one form says: its fields are all that is printed, an empty one is a line to write on.

    A form subclasses this with its number, title and template; the template gets the content as `said`.
    """

    FORM_NO: ClassVar[str]
    TITLE: ClassVar[str]
    NAME: ClassVar[str] = ""  # how people call it, for lists; empty: by its title
    TEMPLATE: ClassVar[str]
    COPIES: ClassVar[tuple[str, ...]] = ()

    number: str = ""
    mark: str = ""  # across the page, where it is not a paper in force

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        name = cls.NAME or getattr(cls, "TITLE", "")
        _NAMES.setdefault(getattr(cls, "FORM_NO", ""), {})[name] = None

    def digest(self) -> str:
        """SHA-256, in hex, of all that is printed. A field that a form was given later (metadata `later`)
        counts only where it says something, so that what was printed before still stands."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        later = {field.name for field in fields(self) if field.metadata.get("later")}
        content = {name: _plain(value) for name, value in said.items() if value or name not in later}
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def context(self, *, code: str = "", verify_url: str = "") -> dict[str, Any]:
        """What the template is given."""
        frame = form_context(
            form=self.FORM_NO,
            title=self.TITLE,
            number=self.number,
            copies=self.COPIES,
            code=code,
            verify_url=verify_url,
        )
        return {**frame, "said": self, "draft": self.mark}


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    return value.isoformat() if isinstance(value, (dt.date, dt.datetime)) else value


@dataclass(frozen=True)
class Paper:
    """A printed form: the file and the digest of what it says."""

    pdf: bytes
    digest: str


@dataclass(frozen=True)
class Printable:
    """What is printed of which record: `vouched` papers bear a verification code, others (a draft, one that
    never took effect) bear none; `made_at` is the moment inside the PDF."""

    said: FormContent
    subject_kind: str
    subject_no: str
    region: PoolingRegion | None
    made_at: dt.datetime
    vouched: bool = True


PRINTED_FORMS: Registry[Callable[..., Paper]] = Registry("printed forms")  # (by, at, number) -> Paper


def blank_paper(said: FormContent) -> Paper:
    """A blank form as PDF: no record, no code, not logged."""
    return Paper(render_form_pdf(said.TEMPLATE, said.context(), at=BLANK_MADE_AT), said.digest())


def blank_page(said: FormContent) -> str:
    """A blank form as a print page."""
    return render_to_string(said.TEMPLATE, said.context())


def paper_pdf(printable: Printable, *, by: User, at: dt.datetime, copy: str = "") -> Paper:
    """The form as PDF; each print stands in the log, with its copies unless `copy` names the one.

    The caller has asked whether `by` may.
    """
    context = _logged_context(printable, by=by, at=at, copy=copy)
    pdf = render_form_pdf(printable.said.TEMPLATE, context, at=printable.made_at)
    return Paper(pdf, printable.said.digest())


@dataclass(frozen=True)
class Source:
    """What a form's PDF is drawn from, and the code that it bears ("" where nothing vouches for it)."""

    html: str
    code: str


def paper_source(printable: Printable, *, by: User, at: dt.datetime, copy: str = "") -> Source:
    """The form as the HTML that `paper_pdf` would draw, logged as printed; to be drawn with others."""
    context = _logged_context(printable, by=by, at=at, copy=copy)
    return Source(paper_html(printable.said.TEMPLATE, context, at=printable.made_at), context["code"])


def paper_page(printable: Printable, *, by: User, at: dt.datetime, copy: str = "") -> str:
    """The form as a print page; each one stands in the log, for it is there to be printed."""
    context = _logged_context(printable, by=by, at=at, copy=copy)
    return render_to_string(printable.said.TEMPLATE, context)


def _logged_context(printable: Printable, *, by: User, at: dt.datetime, copy: str) -> dict[str, Any]:
    said = printable.said
    copy = copy or "、".join(said.COPIES)
    subject: dict[str, Any] = {
        "subject_kind": printable.subject_kind,
        "subject_no": printable.subject_no,
        "region": printable.region,
    }
    if not printable.vouched:
        # nothing that anybody vouches for, but whole numbers stand on it too: it is logged all the same
        detail: dict[str, Any] = {"form_no": said.FORM_NO, "code": "", "digest": said.digest(), "copy": copy}
        audit.record(PRINTED, by=by, at=at, mark=said.mark, **detail, **subject)
        return said.context()
    printed = form_printed(
        form_no=said.FORM_NO, title=said.TITLE, digest=said.digest(), by=by, at=at, copy=copy, **subject
    )
    return said.context(code=printed.code, verify_url=verify_url(printed))
