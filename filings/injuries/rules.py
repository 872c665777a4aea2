"""外伤承诺书的规则: what keeps a statement from being written down. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from agency.errors import DomainError
from agency.identity import IdentityError, read_id_number
from filings.filing.rules import Reason, is_phone


@dataclass(frozen=True, slots=True)
class Proxy:
    """代理人: who signs for the patient; all empty where the patient does."""

    name: str = ""
    relation: str = ""
    phone: str = ""
    cert_no: str = ""
    role: str = ""  # guardian or proxy, where that was asked

    @property
    def is_given(self) -> bool:
        return any((self.name, self.relation, self.phone, self.cert_no))


def injury_reasons(
    *,
    injured_on: dt.date | None,
    injured_time: dt.time | None,
    admitted_on: dt.date,
    proxy: Proxy,
    person_cert_no: str,
    on: dt.date,
) -> list[Reason]:
    """The day of the injury lies neither ahead nor after the admission; a proxy has name and relation, and is
    not the patient [P]."""
    found = []
    if injured_time is not None and injured_on is None:
        found.append(Reason("time_without_date", "injured_on", "填了受伤时刻，请一并填写受伤日期。"))
    if injured_on is not None and injured_on > on:
        found.append(Reason("date_ahead", "injured_on", f"受伤日期 {injured_on} 还没有到，请核对。"))
    elif injured_on is not None and injured_on > admitted_on:
        told = f"受伤日期不能晚于入院日期 {admitted_on}，请核对，或另选一次就医。"
        found.append(Reason("date_after_admission", "injured_on", told))
    return found + _proxy_reasons(proxy, person_cert_no)


def _proxy_reasons(proxy: Proxy, person_cert_no: str) -> list[Reason]:
    if not proxy.is_given:
        return []
    found = []
    if not proxy.name:
        found.append(Reason("proxy_name_missing", "proxy_name", "有代理人的，请填写代理人姓名。"))
    if not proxy.relation:
        found.append(Reason("proxy_relation_missing", "proxy_relation", "请填写代理人与患者的关系。"))
    if proxy.phone and not is_phone(proxy.phone):
        found.append(Reason("proxy_phone_bad", "proxy_phone", "代理人电话不像电话号码，请核对。"))
    if proxy.cert_no and proxy.cert_no == person_cert_no:
        found.append(Reason("proxy_is_person", "proxy_cert_no", "代理人的证件号码和患者的一样，请核对。"))
    elif proxy.cert_no:
        found += _number_reasons(proxy.cert_no)
    return found


def _number_reasons(cert_no: str) -> list[Reason]:
    """A number that looks like a resident ID must be one; others are taken as text."""
    if len(cert_no) != 18 or not cert_no[:17].isdigit():
        return []
    try:
        read_id_number("01", cert_no)
    except (IdentityError, DomainError) as error:
        return [Reason("proxy_cert_bad", "proxy_cert_no", f"代理人证件号码：{error.message}")]
    return []
