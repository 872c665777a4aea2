"""`import_settlements FILE [--dry-run] [--refused OUT.xlsx]`: settled cases from a file, all or nothing."""

from agency.batches.commands import FileImport
from settlement.records.batches import KIND


class Command(FileImport):
    help = "导入结算明细（CSV 或 XLSX）：逐行核对，接受的行一次全部写入；有拒绝的行时退出码为 2。"
    kind = KIND
    file_label = "结算明细文件"
