"""What the log calls imports of reference data."""

from agency.interchange.judging import IMPORTED
from agency.journal.actions import label_actions, label_details

label_actions({IMPORTED: "导入基础数据"})
label_details({"added": "新增", "changed": "修改"})
