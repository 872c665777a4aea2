"""新办备案的一页: the entry form with everything shown around it, built once for page and fragments."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError

from agency.errors import DomainError, DomainErrors
from agency.journal import workflow
from agency.organisation.models import PoolingRegion, User
from agency.organisation.roles import Role
from agency.policy.selectors import int_parameter
from filings.exemptions.selectors import filing_need
from filings.filing import places
from filings.filing.agents import AGENT_PAPERS
from filings.filing.entry import AGENT_FIELDS, INSTITUTION_FIELDS, FilingEntry, entry_of
from filings.filing.forms import FilingForm, material_initial
from filings.filing.judging import judge_stored
from filings.filing.kinds import GivenAs
from filings.filing.lookup import PersonPanel, person_panel
from filings.filing.models import Filing
from filings.filing.referrals import REFERRAL
from filings.filing.rules import kind_warnings
from filings.filing.sections import WARNINGS, papers_scanned
from filings.filing.selectors import locked_until, offered_kinds, terms_of, validity_of
from filings.filing.states import FilingState
from filings.filing.validity import Validity
from filings.materials.rules import COMMITMENT_LETTER, DEFERRED, Group, serving
from filings.materials.selectors import groups_of
from filings.materials.sources import source_names
from filings.people.models import InsuredPerson

REVIEWERS_SHOWN = 3


@dataclass(frozen=True)
class CheckItem:
    """One line of the checklist: what it asks for, how it stands, and its two fields."""

    badge: str
    tone: str
    group: Group
    paper: Any
    given: Any
    is_letter: bool


@dataclass
class EntryPage:
    """The page: who enters it, for which filing (None: a new one), and the form."""

    by: User
    region: PoolingRegion
    on: dt.date
    filing: Filing | None
    form: FilingForm
    version: int | None = None
    form_token: str = ""
    saved: bool = False  # whether what was typed has just been kept as a draft

    @property
    def received_on(self) -> dt.date:
        return self.filing.received_on if self.filing is not None else self.on

    def value(self, name: str) -> str:
        """What a field shows now, typed or initial."""
        return str(self.form[name].value() or "")

    def entry(self) -> FilingEntry:
        """What was entered; of a stored filing with all that the form does not show."""
        return self.form.entry(entry_of(self.filing) if self.filing is not None else None)

    def person(self) -> PersonPanel:
        return person_panel(
            self.by,
            self.value("cert_type"),
            self.value("cert_no"),
            region=self.region,
            on=self.on,
            name=self.value("name"),
            insurance_type=self.value("insurance_type"),
            but_no=self.filing.filing_no if self.filing is not None else "",
        )

    def validity(self) -> str:
        """有效期 as it will be, from kind, place and begin."""
        terms = terms_of(self.value("kind"), self.received_on) if self.value("kind") else None
        try:
            begins_on = self.form.fields["begins_on"].to_python(self.value("begins_on"))
        except ValidationError:
            begins_on = None
        scope = places.choose(self.value("province"), self.value("city")).scope
        span = validity_of(begins_on, terms, scope=scope)
        return validity_text(span, terms.lock_months) if span is not None and terms is not None else ""

    def checklist_of(self) -> str:
        """A mark of what the checklist asks for, so that one that asks for the same is not put in again: what
        was chosen on it meanwhile stays."""
        asked = [(group.no, group.alternatives, group.deferral_allowed) for group in self.form.groups]
        return f"{zlib.crc32(repr(asked).encode()):08x}"

    def checklist(self) -> list[CheckItem]:
        return [self._item(group) for group in self.form.groups]

    def _item(self, group: Group) -> CheckItem:
        paper, given = self.form[f"material_{group.no}"], self.form[f"given_{group.no}"]
        codes = [code for code in str(paper.value() or "").split("+") if code]
        how = str(given.value() or GivenAs.ORIGINAL.value)
        is_letter = codes == [COMMITMENT_LETTER]
        served = serving(group, dict.fromkeys(codes, GivenAs.ORIGINAL.value if is_letter else how))
        if served is None:
            badge, tone = ("不齐", "bad") if codes else ("待交", "warn")
        elif is_letter:
            badge, tone = "承诺", "go"
        else:
            badge, tone = ("容缺", "go") if how == DEFERRED else ("已收", "ok")
        return CheckItem(badge, tone, group, paper, given, is_letter)

    def need(self) -> str:
        """What the rule table says where no filing is needed; empty where one is [S0, S2]."""
        place = places.choose(self.value("province"), self.value("city"))
        if not place.complete:
            return ""
        need = filing_need(self.region, place.area_code, care_kind=self.value("care_kind"), on=self.on)
        return need.sentence if need.is_exempt else ""

    def warnings(self, panel: PersonPanel) -> list[str]:
        """What the clerk is to know of this person before going on."""
        if panel.person is None:
            return []
        told = (entry.function(self.by, panel.person, self.region, self.on) for entry in WARNINGS)
        return [warning for found in told for warning in found]

    def kind_warnings(self, panel: PersonPanel) -> list[str]:
        """What does not fit the person about the kind; never a refusal."""
        sex = panel.identity.sex if panel.identity is not None else None
        if not sex and panel.person is not None:
            sex = panel.person.sex
        return kind_warnings(self.value("kind"), str(sex or ""))

    def address_needed(self) -> bool:
        """Whether the kind asks for the address there."""
        terms = terms_of(self.value("kind"), self.received_on) if self.value("kind") else None
        return terms is not None and terms.is_long_term

    def context(self) -> dict[str, Any]:
        panel = self.person()
        items = self.checklist()
        return {
            "page": self,
            "form": self.form,
            "filing": self.filing,
            "version": self.version,
            "form_token": self.form_token,
            "panel": panel,
            "warnings": self.warnings(panel),
            "kind_warnings": self.kind_warnings(panel),
            "address_needed": self.address_needed(),
            "need": self.need(),
            "validity": self.validity(),
            "kind_now": self.value("kind") if self.form.groups else "",
            "checklist": items,
            "checklist_of": self.checklist_of(),
            "sources": source_names(item.group.source for item in items),
            "promise_allowed": any(item.group.commitment_allowed for item in items),
            "deferral_days": self._deferral_days(items),
            "served": sum(item.tone in ("ok", "go") for item in items),
            "steps": self._steps(),
            "lacking": self._lacking(),
            "returned": self._returned(),
            "agent_open": any(self.value(name) for name in AGENT_FIELDS),
            "agent_scanned": self._agent_scanned(),
            "is_referral": self.value("kind") == REFERRAL,
            "replaced": self._replaced(),
            "saved": self.saved,
        }

    def _agent_scanned(self) -> str:
        """Whose certificate there is a scan of already, as words."""
        found = papers_scanned(self.filing) if self.filing is not None and self.filing.has_agent else ()
        labels = [str(self.form.fields[name].label) for name, code in AGENT_PAPERS.items() if code in found]
        return "、".join(labels)

    def _deferral_days(self, items: list[CheckItem]) -> int:
        """How many working days a paper to come has; 0 where none may come later."""
        if not any(item.group.deferral_allowed for item in items):
            return 0
        return int_parameter("filing.deferred_material_workdays", self.on, self.region)

    def _replaced(self) -> dict[str, Any] | None:
        """变更: the filing whose place this one is to take, until when it is locked, and who waived that."""
        old = self.filing.to_replace if self.filing is not None else None
        if self.filing is None or old is None:
            return None
        until = locked_until(old)
        return {
            "filing": old,
            "locked_until": until if until is not None and until > self.on else None,
            "waived_by": self.filing.lock_waived_by if self.filing.is_lock_waived else None,
        }

    def _returned(self) -> dict[str, Any] | None:
        """The step that sent a filing back, while it awaits its supplement: what is asked for, by whom."""
        if self.filing is None or self.filing.state != FilingState.AWAITING_SUPPLEMENT:
            return None
        return workflow.history(Filing.machine, self.filing.filing_no)[-1]

    def _lacking(self) -> list[str]:
        """What a stored draft still needs, by the labels of its fields."""
        if self.filing is None or self.form.is_bound:
            return []
        reasons = judge_stored(self.filing, self.on).reasons
        labels = [self.form.fields[r.field].label for r in reasons if r.field in self.form.fields]
        return list(dict.fromkeys(str(label) for label in labels))

    def _steps(self) -> list[dict[str, Any]]:
        steps: list[dict[str, Any]] = []
        if self.filing is not None:
            history = workflow.history(Filing.machine, self.filing.filing_no)
            steps = [{"label": s["label"], "note": s["by"], "at": s["at"], "state": "done"} for s in history]
        now = {"label": "填写中", "note": self.by.display_name, "at": None, "state": "now"}
        reviewers = " 或 ".join(reviewers_of(self.region, self.by))
        return [
            *steps,
            now,
            {"label": "复核", "note": reviewers, "at": None, "state": "next"},
            {"label": "生效并打印", "note": "", "at": None, "state": "next"},
        ]


def validity_text(span: Validity, lock_months: int | None) -> str:
    """长期，6 个月内不得变更; or until when."""
    until = f"至 {span.ends_on}" if span.ends_on is not None else "长期"
    return f"{until}，{lock_months} 个月内不得变更" if span.locked_until is not None else until


def reviewers_of(region: PoolingRegion, but: User) -> list[str]:
    """Who may review here, for the steps beside the form."""
    rows = User.objects.filter(region=region, is_active=True, staff_roles__role=Role.REVIEW).exclude(
        pk=but.pk
    )
    return list(rows.order_by("level", "username").values_list("display_name", flat=True)[:REVIEWERS_SHOWN])


def bound_page(
    by: User,
    region: PoolingRegion,
    on: dt.date,
    data: Mapping[str, Any],
    *,
    filing: Filing | None = None,
    version: int | None = None,
) -> EntryPage:
    """The page around what was typed. Kind and place decide which papers the checklist asks for."""
    received_on = filing.received_on if filing is not None else on
    province, kind = str(data.get("province", "")), str(data.get("kind", ""))
    scope = places.choose(province, "").scope
    groups = groups_of(kind, scope=scope, region=region, on=received_on)
    form = FilingForm(
        data, on=on, region=region, kinds=offered_kinds(received_on), groups=groups, province=province
    )
    return EntryPage(by, region, on, filing, form, version)


def stored_page(by: User, on: dt.date, filing: Filing) -> EntryPage:
    """The page of a stored draft."""
    entry = entry_of(filing)
    scope = places.choose(entry.province, "").scope
    groups = groups_of(entry.kind, scope=scope, region=filing.insured_region, on=filing.received_on)
    named = {name: getattr(filing, name) for name in INSTITUTION_FIELDS}
    initial = {**entry.form_fields(), **named, **material_initial(groups, entry.materials)}
    form = FilingForm(
        initial=initial,
        on=on,
        region=filing.insured_region,
        kinds=offered_kinds(filing.received_on),
        groups=groups,
        province=entry.province,
    )
    return EntryPage(by, filing.insured_region, on, filing, form, filing.version)


def new_page(by: User, region: PoolingRegion, on: dt.date, person: InsuredPerson | None) -> EntryPage:
    """An empty page; for a known person with what is known filled in."""
    initial: dict[str, Any] = {"begins_on": on}
    if person is not None:
        panel = person_panel(by, person.cert_type, person.cert_no, region=region, on=on)
        initial |= {"cert_type": person.cert_type, "cert_no": person.cert_no, **recognised(panel)}
    form = FilingForm(initial=initial, on=on, region=region, kinds=offered_kinds(on))
    if person is None:
        form.fields["cert_no"].widget.attrs["autofocus"] = True
    return EntryPage(by, region, on, None, form)


def recognised(panel: PersonPanel) -> dict[str, str]:
    """The fields that a recognised person fills."""
    filled = {"name": panel.person.name, "phone": panel.phone} if panel.person is not None else {}
    if panel.chosen is not None:
        filled["insurance_type"] = panel.chosen.insurance_type
    return {name: value for name, value in filled.items() if value}


def put_errors(form: FilingForm, error: DomainError) -> None:
    """Each reason beside its field, or above the form when it concerns the whole."""
    for reason in error.errors if isinstance(error, DomainErrors) else [error]:
        other_no = reason.facts.get("other_no", "")
        if other_no and other_no not in form.other_nos:
            form.other_nos.append(other_no)
        field = reason.field if reason.field in form.fields else None
        if field is None or field not in form.errors:
            form.add_error(field, reason.message)
