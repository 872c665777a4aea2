"""核对表和答复只增不改: triggers that hold whatever path is taken."""

from agency.journal.guards import Guard, guard

SHEET, ANSWER = "settlement_differencesheet", "settlement_theiranswer"

guard(
    Guard("difference_sheet_guard", SHEET, "发出的差异核对表不能修改或删除"),
    Guard("their_answer_guard", ANSWER, "对方的答复只能增加，不能修改或删除"),
)
