"""The life of an import batch."""

from django.db import models

from agency.journal.workflow import Flow, Machine, Step
from agency.organisation.roles import May


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", "已上传"
    PREVIEWED = "previewed", "待确认"
    LOADING = "loading", "正在写入"
    LOADED = "loaded", "已写入"
    REJECTED = "rejected", "文件被拒"
    WITHDRAWN = "withdrawn", "已撤回"
    UNDONE = "undone", "已撤销"
    NOTHING_NEW = "nothing_new", "无新内容"


class WriteChoice(models.TextChoices):
    ALL = "all", "全部接受才写入"
    ACCEPTED = "accepted", "只写入可接受的行"


S = BatchState

BATCH_MACHINE = Machine(
    kind="batch",
    title="导入批次",
    flow=Flow.SETTLEMENT,
    states=BatchState,
    first=S.UPLOADED,
    transitions={
        (S.UPLOADED, S.PREVIEWED): Step("预览"),
        (S.UPLOADED, S.NOTHING_NEW): Step("没有可写入的"),
        (S.UPLOADED, S.REJECTED): Step("拒绝文件", reason_required=True),
        (S.UPLOADED, S.WITHDRAWN): Step("撤回"),
        (S.PREVIEWED, S.LOADING): Step("确认写入", May.RELEASE_BATCHES),
        (S.PREVIEWED, S.UPLOADED): Step("数据已变，重新预览", reason_required=True),
        (S.PREVIEWED, S.WITHDRAWN): Step("撤回"),
        (S.LOADING, S.LOADED): Step("写入完成"),
        (S.LOADED, S.UNDONE): Step("撤销整批", May.RELEASE_BATCHES, reason_required=True),
    },
    terminal=frozenset({S.REJECTED, S.WITHDRAWN, S.UNDONE, S.NOTHING_NEW}),
)
