"""What a filing still owes, and the lot of a spot check. No database."""

from __future__ import annotations

import pytest

from filings.followups.rules import STEPS, Owed, drawn, owed_by, write_alternatives
from filings.followups.states import FollowUpKind, FollowUpState
from filings.materials.rules import Group, read_alternatives

IDENTITY = Group(1, "身份凭证", (("card",), ("voucher",)), commitment_allowed=False)
PROOF = Group(2, "长期证明", (("permit",), ("first", "own"), ("lease",)), commitment_allowed=True)
K = FollowUpKind


def owed(**given: str) -> list[tuple[int, str, tuple[tuple[str, ...], ...]]]:
    return [(item.group_no, item.kind.value, item.alternatives) for item in owed_by((IDENTITY, PROOF), given)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"card": "original", "permit": "copy"}, []),
        ({"card": "original", "commitment_letter": "original"}, [(2, "commitment", PROOF.alternatives)]),
        ({"card": "original", "permit": "commitment"}, [(2, "commitment", PROOF.alternatives)]),
        ({"card": "original", "permit": "deferred"}, [(2, "deferred", (("permit",),))]),
        ({"card": "original", "first": "original", "own": "deferred"}, [(2, "deferred", (("own",),))]),
        ({"card": "deferred", "lease": "original"}, [(1, "deferred", (("card",),))]),
        # another paper of the group serves already: nothing is owed
        ({"card": "original", "permit": "deferred", "lease": "copy"}, []),
        ({"card": "original", "commitment_letter": "original", "lease": "copy"}, []),
        # nothing at all was given: that is missing, not owed
        ({"card": "original"}, []),
    ],
)
def test_what_is_owed(given: dict[str, str], expected: list[object]) -> None:
    assert owed(**given) == expected


def test_a_letter_owes_nothing_where_no_promise_is_taken() -> None:
    assert owed_by((IDENTITY,), {"commitment_letter": "original"}) == []


def test_alternatives_are_written_as_they_are_read() -> None:
    text = write_alternatives(PROOF.alternatives)

    assert text == "permit|first+own|lease"
    assert read_alternatives(text) == PROOF.alternatives


def test_the_same_seed_draws_the_same_and_another_seed_others() -> None:
    numbers = [f"F20261100{n:02d}" for n in range(40)]

    assert drawn(numbers, 5, "甲") == drawn(reversed(numbers), 5, "甲")
    assert drawn(numbers, 5, "甲") != drawn(numbers, 5, "乙")
    assert drawn(numbers, 5, "7") == [
        number for number in sorted(numbers) if number in set(drawn(numbers, 5, "7"))
    ]
    assert len(drawn(numbers, 99, "甲")) == 40


def test_a_deferred_paper_is_only_kept_and_a_spot_check_only_judged() -> None:
    assert STEPS[K.DEFERRED] == {FollowUpState.KEPT}
    assert STEPS[K.SPOT_CHECK] == {FollowUpState.VERIFIED, FollowUpState.UNTRUE}
    assert isinstance(owed_by((PROOF,), {"permit": "deferred"})[0], Owed)
