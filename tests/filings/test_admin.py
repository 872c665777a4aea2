"""The material rules, kinds of paper and terms of the kinds in the Django admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from agency.journal.models import AuditEntry
from filings.models import ExemptionRule, KindTerms, MaterialKind, MaterialRule
from tests.support.world import World

Login = Callable[[object], Client]
MODELS = {
    "materialkind": MaterialKind,
    "materialrule": MaterialRule,
    "kindterms": KindTerms,
    "exemptionrule": ExemptionRule,
}


@pytest.mark.parametrize("name", MODELS)
def test_a_supervisor_of_the_province_sees_searches_and_opens(
    world: World, as_user: Login, name: str
) -> None:
    client, row = as_user(world.prov_supervisor), MODELS[name].objects.first()

    for url in (
        f"/admin/filings/{name}/",
        f"/admin/filings/{name}/?q=residence",
        f"/admin/filings/{name}/add/",
    ):
        assert client.get(url).status_code == 200
    assert "保存" in client.get(f"/admin/filings/{name}/{row.pk}/change/").content.decode()


@pytest.mark.parametrize("name", MODELS)
def test_a_supervisor_of_a_region_only_reads(world: World, as_user: Login, name: str) -> None:
    client, row = as_user(world.supervisor), MODELS[name].objects.first()

    assert client.get(f"/admin/filings/{name}/").status_code == 200
    assert client.get(f"/admin/filings/{name}/add/").status_code == 403
    assert client.post(f"/admin/filings/{name}/{row.pk}/change/", {}).status_code == 403


def test_a_changed_rule_stands_in_the_log(world: World, as_user: Login) -> None:
    terms = KindTerms.objects.get(kind="maternity")
    form = {
        "kind": "maternity", "term": "long_term", "validity_months": "", "lock_months": "0", "offered": "on",
        "needs_review": "on", "valid_from": "2000-01-01", "valid_to": "", "source": "长医保发〔2026〕1号",
    }  # fmt: skip

    response = as_user(world.prov_supervisor).post(f"/admin/filings/kindterms/{terms.pk}/change/", form)

    assert response.status_code == 302
    assert KindTerms.objects.get(kind="maternity").offered is True
    assert AuditEntry.objects.get(action="reference_changed").by == world.prov_supervisor


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("filing_kind", "long_term_resident", "没有这个备案类型"),
        ("alternatives", "valid_identity_card|residense_permit", "residense_permit"),
        ("alternatives", "|", "至少一种"),
    ],
)
def test_a_material_rule_with_a_misspelt_code_is_refused(db: None, field: str, value: str, told: str) -> None:
    rule = MaterialRule.objects.get(filing_kind="long_term_residence", rule_set="jilin", group_no=1)
    setattr(rule, field, value)

    with pytest.raises(ValidationError) as refused:
        rule.full_clean()

    assert told in refused.value.message_dict[field][0]


def test_every_seeded_material_rule_is_right(db: None) -> None:
    for rule in MaterialRule.objects.all():
        rule.full_clean()
