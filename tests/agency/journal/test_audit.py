"""The log: numbered without gaps, chained, append-only in the database."""

import pytest
from django.db import IntegrityError, connection, transaction

from agency.journal import audit, guards
from agency.journal.models import AuditEntry, StateChange
from tests.support.world import World


def test_entries_are_numbered_and_chained(world: World) -> None:
    first = audit.record("tried", by=world.clerk, at=world.now, subject_no="F1", region=world.changchun, n=1)
    second = audit.record("tried", by=world.clerk, at=world.now, subject_no="F2")

    assert second.seq == first.seq + 1
    assert second.previous_digest == first.digest
    assert list(audit.broken_links()) == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE agency_auditentry SET action = 'x'", "DELETE FROM agency_auditentry"],
)
def test_the_database_refuses_to_change_the_log(world: World, statement: str) -> None:
    audit.record("tried", by=world.clerk, at=world.now)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEntry.objects.filter(action="tried").count() == 1


def test_the_database_refuses_to_change_a_state_change(world: World) -> None:
    StateChange.objects.create(subject_kind="x", subject_no="1", to_state="a", by=world.clerk, at=world.now)

    with pytest.raises(IntegrityError), transaction.atomic():
        StateChange.objects.filter(subject_no="1").update(to_state="b")

    assert StateChange.objects.get(subject_no="1").to_state == "a"


def without_guard(statement: str) -> None:
    """Run raw SQL as somebody who dropped the trigger first."""
    table = "agency_auditentry"
    with connection.cursor() as cursor:
        for name in guards.trigger_names(guards.GUARDS["audit_entry_guard"]):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{on}")
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE agency_auditentry SET action = 'other' WHERE seq = {seq}", "内容被改"),
        ("UPDATE agency_auditentry SET previous_digest = 'x' WHERE seq = {seq}", "与前一条不连"),
    ],
)
def test_a_changed_entry_is_named(world: World, statement: str, message: str) -> None:
    audit.record("one", by=world.clerk, at=world.now)
    changed = audit.record("two", by=world.clerk, at=world.now)
    audit.record("three", by=world.clerk, at=world.now)

    without_guard(statement.format(seq=changed.seq))

    assert list(audit.broken_links())[0] == (changed.seq, message)


def test_a_lost_entry_is_named_and_its_guard_is_missed(world: World) -> None:
    audit.record("one", by=world.clerk, at=world.now)
    lost = audit.record("two", by=world.clerk, at=world.now)
    audit.record("three", by=world.clerk, at=world.now)

    without_guard(f"DELETE FROM agency_auditentry WHERE seq = {lost.seq}")

    assert list(audit.broken_links())[0] == (lost.seq, "缺号")
    assert guards.missing() == ["audit_entry_guard_update", "audit_entry_guard_delete"]


def test_entries_lost_at_the_end_are_missed(world: World) -> None:
    lost = audit.record("last", by=world.clerk, at=world.now)

    without_guard(f"DELETE FROM agency_auditentry WHERE seq = {lost.seq}")

    assert list(audit.broken_links()) == [(lost.seq, f"缺到 {lost.seq} 号")]


def test_replacing_an_entry_is_refused_too(world: World) -> None:
    entry = audit.record("one", by=world.clerk, at=world.now)
    columns = "id, seq, at, action, subject_kind, subject_no, detail, previous_digest, digest"
    values = columns.replace("action", "'x'")
    source = f"({columns}) SELECT {values} FROM agency_auditentry WHERE id = {entry.pk}"
    replace = {
        "sqlite": f"INSERT OR REPLACE INTO agency_auditentry {source}",
        "postgresql": f"INSERT INTO agency_auditentry {source} ON CONFLICT (id) DO UPDATE SET action = 'x'",
    }[connection.vendor]

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(replace)

    entry.refresh_from_db()
    assert entry.action == "one"


def test_installing_the_guards_again_mends_what_was_dropped(world: World) -> None:
    without_guard("SELECT 1")

    guards.install()

    assert guards.missing() == []
