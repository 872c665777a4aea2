"""Words of a list: kinds, channels and papers as people write them."""

from __future__ import annotations

import pytest

from filings.filing.kinds import Channel, FilingKind
from filings.filing.reasons import Reason
from filings.groups.rules import read_channel, read_kind, read_materials, refusal_of

CODES = {
    "有效身份证件": "valid_identity_card",
    "工作合同": "work_contract",
    "进修（学习）证明": "study_certificate",
}


def test_every_kind_and_channel_is_read_by_its_label_and_its_code() -> None:
    assert {read_kind(kind.label) for kind in FilingKind} == set(FilingKind.values)
    assert {read_kind(kind.value) for kind in FilingKind} == set(FilingKind.values)
    assert {read_channel(one.label) for one in Channel} == set(Channel.values)
    assert {read_channel(one.value) for one in Channel} == set(Channel.values)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("长期居住", "long_term_residence"),
        ("异地 长期居住", "long_term_residence"),
        ("异地安置", "retired_relocation"),
        ("2", "retired_relocation"),
        ("06", "referral"),
        ("转诊", "referral"),
        ("临时外出", "temporary_other"),
        ("07", None),  # of the platform: two kinds
        ("长期", None),
        ("异地", None),
        ("", None),
    ],
)
def test_a_short_label_counts_when_it_means_one_kind(text: str, kind: str | None) -> None:
    assert read_kind(text) == kind


def test_papers_come_as_copies_unless_the_list_says_otherwise() -> None:
    given, unknown = read_materials("有效身份证件、工作合同（原件）；进修（学习）证明，护身符", CODES)

    assert given == {"valid_identity_card": "copy", "work_contract": "original", "study_certificate": "copy"}
    assert unknown == ["护身符"]


def test_the_commitment_letter_is_signed_not_copied() -> None:
    assert read_materials("个人承诺书", {"个人承诺书": "commitment_letter"}) == (
        {"commitment_letter": "original"},
        [],
    )


def test_a_reason_of_the_rules_becomes_one_code_beside_its_column() -> None:
    cases = [
        (Reason("overlapping", "begins_on", "甲"), ("overlapping", "begins_on", "甲")),
        (Reason("address_missing", "address", "乙"), ("missing_value", "address", "乙")),
        (Reason("city_missing", "city", "丙"), ("unknown_region", "care_area", "丙")),
        (Reason("material_missing", "material_2", "丁"), ("not_accepted", "materials", "丁")),
        (Reason("nothing_changed", None, "戊"), ("not_accepted", "kind", "戊")),
        (
            Reason("diagnosis_missing", "diagnosis", "己。"),
            ("not_accepted", "kind", "己。名单里没有这一栏，请到窗口办理。"),
        ),
    ]

    assert [refusal_of([reason]) for reason, _ in cases] == [expected for _, expected in cases]
    assert refusal_of([]) is None
