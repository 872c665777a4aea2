"""代办人: who comes for the person, and what is asked of them [S1]. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from agency.identity import IdentityError, read_id_number
from filings.filing.reasons import Reason

_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|00?[0-9]{8,16}|[0-9]{7,8}")

# The field of the form → the paper: of whoever comes for the person both certificates are copied [S1].
AGENT_PAPERS = {"agent_proxy_paper": "proxy_identity_copy", "agent_own_paper": "own_identity_copy"}
_WHOSE = {"agent_proxy_paper": "代办人", "agent_own_paper": "参保人"}
COPY, ORIGINAL = "copy", "original"

_LIKE_RESIDENT_ID = re.compile(r"[0-9]{14,}[0-9Xx]?")


def is_phone(text: str) -> bool:
    """A mobile or fixed number of this country, or an international one."""
    return _PHONE.fullmatch(re.sub(r"[\s()（）]", "", text)) is not None


@dataclass(frozen=True, slots=True)
class Agent:
    """代办人: who comes for the person."""

    name: str = ""
    cert_no: str = ""
    phone: str = ""
    relation: str = ""

    @property
    def is_given(self) -> bool:
        return any((self.name, self.cert_no, self.phone, self.relation))


def papers_lacking(
    given: Mapping[str, str], scanned: Collection[str], *, original_serves: bool
) -> tuple[str, ...]:
    """The fields of the two certificates of which nothing is kept [S1]: neither a scan nor a copy on paper,
    nor, where that serves too, a look at the original [P]."""
    ways = {COPY, ORIGINAL} if original_serves else {COPY}
    return tuple(
        field for field, code in AGENT_PAPERS.items() if code not in scanned and given.get(code) not in ways
    )


def agent_reasons(agent: Agent, person_cert_no: str, lacking: Collection[str] = ()) -> list[Reason]:
    """Somebody who comes for the person gives name, certificate number, phone and relation, all four [S1];
    `lacking` are the fields of certificates of which no copy is kept."""
    if not agent.is_given:
        return []
    found = [
        Reason(f"{field}_missing", field, f"有代办人的，请填写{label}；没有代办人，请把这一栏全部清空。")
        for field, value, label in (
            ("agent_name", agent.name, "代办人姓名"),
            ("agent_cert_no", agent.cert_no, "代办人证件号码"),
            ("agent_phone", agent.phone, "代办人电话"),
            ("agent_relation", agent.relation, "与参保人关系"),
        )
        if not value
    ]
    if agent.cert_no:
        found += _agent_number_reasons(agent.cert_no, person_cert_no)
    if agent.phone and not is_phone(agent.phone):
        told = "代办人电话不像电话号码，请填手机号，或带区号的座机。"
        found.append(Reason("bad_phone", "agent_phone", told))
    return found + [_paper_reason(field) for field in lacking]


def _paper_reason(field: str) -> Reason:
    told = (
        f"由人代办的，要留存{_WHOSE[field]}身份证件的复印件：请选怎么留的，或先存草稿、在备案页上传扫描件。"
    )
    return Reason("agent_paper_missing", field, told)


def _agent_number_reasons(cert_no: str, person_cert_no: str) -> list[Reason]:
    if cert_no == person_cert_no:
        told = "代办人与参保人是同一证件号码；本人来办的，不填代办人。"
        return [Reason("agent_is_the_person", "agent_cert_no", told)]
    if not _LIKE_RESIDENT_ID.fullmatch(cert_no):
        return []  # a passport or another document: taken as text
    try:
        read_id_number("01", cert_no)
    except IdentityError as error:
        return [Reason("bad_id_number", "agent_cert_no", f"代办人{error.message}")]
    return []
