"""What the journal's page says of an entry beside its subject."""

from agency.journal.actions import detail_text


def test_the_filters_of_an_export_are_read_one_by_one() -> None:
    detail = {"what": "cases", "rows": 3, "filters": {"period": "202611", "kind": "referral"}}

    assert detail_text(detail) == "内容 cases；行数 3；筛选 期别 202611、种类 referral"


def test_what_is_empty_is_left_out() -> None:
    assert detail_text({"rows": 0, "filters": {}, "reason": ""}) == "行数 0"
