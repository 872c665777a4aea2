"""答复单: the answer of a moment on one page, with that moment and a verification code."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import ClassVar

from django.utils import timezone

from agency.journal.papers import FormContent, Paper, Printable, paper_page, paper_pdf
from agency.masking import mask_id
from agency.organisation import access
from agency.organisation.models import CertificateType
from agency.organisation.roles import May
from filings.eligibility.facts import Answer, Reason
from filings.eligibility.selectors import Answered, Question, address_of
from filings.eligibility.wanted import PaperLine
from filings.materials.sources import source_names

SUBJECT = "eligibility"


@dataclass(frozen=True)
class AnswerLine:
    """One reason, what to do about it, and where it is written."""

    sentence: str
    advice: str
    sources: str
    cause: str = ""  # what is to be done about, where there are several things


@dataclass(frozen=True)
class AnswerPaper(FormContent):
    """异地就医能否直接结算答复单: for the person to take along; the certificate number is masked."""

    FORM_NO: ClassVar[str] = "能否结算"
    TITLE: ClassVar[str] = "异地就医能否直接结算答复单"
    NAME: ClassVar[str] = "能否结算答复单"
    TEMPLATE: ClassVar[str] = "filings/eligibility/paper.html"

    answered_at: str = ""
    unit: str = ""
    answered_by: str = ""
    name: str = ""
    cert: str = ""
    insured_at: str = ""
    institution: str = ""
    institution_code: str = ""
    place: str = ""
    scope: str = ""
    on: dt.date | None = None
    care_kind: str = ""
    stated: str = ""
    may_settle: bool = False
    to_do: str = ""
    lines: tuple[AnswerLine, ...] = ()
    papers: tuple[PaperLine, ...] = ()
    remarks: tuple[str, ...] = ()
    address: str = ""  # of the question, for the way back


def answer_page(answered: Answered, *, at: dt.datetime) -> str:
    """The answer as a print page, logged."""
    return paper_page(_printable(answered, at), by=answered.question.by, at=at)


def answer_pdf(answered: Answered, *, at: dt.datetime) -> Paper:
    """The answer as PDF, logged."""
    return paper_pdf(_printable(answered, at), by=answered.question.by, at=at)


def _printable(answered: Answered, at: dt.datetime) -> Printable:
    """Whoever may read filings may say what they say; the moment is told to the minute."""
    question = answered.question
    access.require(question.by, May.READ_FILINGS)
    minute = at.replace(second=0, microsecond=0)
    return Printable(
        said=paper_of(answered, minute),
        subject_kind=SUBJECT,
        subject_no=f"{question.person.person_no}-{_question_mark(question)}",
        region=answered.insured_region,
        made_at=minute,
    )


def _question_mark(question: Question) -> str:
    """Tells one question about a person from another, so that a newer answer replaces only its own kind."""
    asked = [
        question.institution.code,
        question.on.isoformat(),
        question.care_kind.value,
        str(question.student),
        str(question.emergency),
    ]
    return hashlib.sha256("|".join(asked).encode()).hexdigest()[:8]


def paper_of(answered: Answered, at: dt.datetime) -> AnswerPaper:
    """What is printed."""
    question, person = answered.question, answered.question.person
    cert_type = CertificateType.objects.filter(code=person.cert_type).first()
    return AnswerPaper(
        answered_at=f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
        unit=question.by.unit_label,
        answered_by=str(question.by),
        name=person.name,
        cert=f"{cert_type or '证件'} {mask_id(person.cert_no)}",
        insured_at=answered.insured_at,
        institution=str(question.institution),
        institution_code=question.institution.code,
        place=answered.place_name,
        scope=answered.scope_label,
        on=question.on,
        care_kind=str(question.care_kind.label),
        stated=stated(question),
        may_settle=answered.answer.may_settle,
        to_do=answered.answer.to_do,
        lines=_lines(answered.answer),
        papers=answered.papers,
        remarks=answered.answer.remarks,
        address=address_of(question),
    )


def stated(question: Question) -> str:
    """What the clerk was shown or told."""
    facts = ["在校学生" if question.student else "", "急诊抢救" if question.emergency else ""]
    return "、".join(fact for fact in facts if fact)


def _lines(answer: Answer) -> tuple[AnswerLine, ...]:
    """The reasons, each with what it is about where there are several things to do."""
    if answer.may_settle:
        return tuple(_line(reason) for reason in answer.basis)
    several = len(answer.causes) > 1
    return tuple(
        _line(reason, cause.label if several else "") for cause in answer.causes for reason in cause.reasons
    )


def _line(reason: Reason, cause: str = "") -> AnswerLine:
    return AnswerLine(reason.sentence, reason.advice, "；".join(source_names([reason.source])), cause)
