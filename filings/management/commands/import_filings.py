"""`import_filings FILE [--dry-run] [--refused OUT.xlsx]`: groups and on-line filings, all or nothing."""

from agency.batches.commands import FileImport
from filings.groups.batches import KIND


class Command(FileImport):
    help = "导入备案名单（CSV 或 XLSX）：逐行按窗口规则判断，接受的行一次全部生效；有拒绝的行时退出码为 2。"
    kind = KIND
    file_label = "备案名单文件"
