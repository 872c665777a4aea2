"""备注只增不改: the database refuses what would change or take away a note."""

from agency.journal.guards import Guard, guard

guard(Guard("note_guard", "filings_note", "备注只能增加，不能修改或删除"))
