"""What the log calls each action in Chinese; every slice labels its own."""

from __future__ import annotations

from typing import Any

_LABELS: dict[str, str] = {}


_DETAILS = {
    "before": "原来",
    "by_command": "由命令执行",
    "code": "代码",
    "columns": "改动的列",
    "copy": "联次",
    "digest": "摘要",
    "filters": "筛选",
    "form_no": "表号",
    "format": "格式",
    "kind": "种类",
    "reason": "原因",
    "removed": "移出",
    "roles": "角色",
    "rows": "行数",
    "accepted": "接受",
    "unchanged": "未变",
    "refused": "拒绝",
    "username": "登录名",
    "view": "页面",
    "what": "内容",
    "version": "版本",
    "lines": "行数",
    "differences": "差异",
    "confirmed": "已确认",
    "region": "统筹区",
    "cases": "明细数",
    "scan": "扫描件",
    "page": "页",
    "pages": "页数",
    "write_choice": "写入方式",
    "difference_reason": "合计有差异的原因",
    "settlement_no": "结算编号",
    "periods": "期别",
}
LONG_DIGEST = 32


def label_actions(labels: dict[str, str]) -> None:
    """Give actions their labels; called in a slice's hooks."""
    _LABELS.update(labels)


def label_details(labels: dict[str, str]) -> None:
    """Give what entries keep beside their subject its labels; called in a slice's hooks."""
    _DETAILS.update(labels)


def action_label(action: str) -> str:
    """The Chinese label of an action; a test proves that every recorded one has it."""
    return _LABELS.get(action, action)


def detail_text(detail: dict[str, Any]) -> str:
    """What an entry keeps beside its subject, as one line to be read; digests are shortened."""
    parts = []
    for key, value in detail.items():
        if value in ("", None, [], {}):
            continue
        if isinstance(value, dict):  # the filters of an export
            value = [f"{_DETAILS.get(name, name)} {one}" for name, one in value.items()]
        text = "、".join(map(str, value)) if isinstance(value, list) else str(value)
        if len(text) >= LONG_DIGEST and text.isalnum():
            text = f"{text[:12]}…"
        parts.append(f"{_DETAILS.get(key, key)} {text}")
    return "；".join(parts)


label_actions(
    {
        "logged_in": "登录",
        "login_failed": "登录失败",
        "login_locked": "登录被锁定",
        "password_changed": "改密码",
        "refused": "拒绝",
        "unmasked": "查看完整证件号码",
        "printed": "打印",
        "exported": "导出",
        "batch_loaded": "写入导入批次",
        "batch_withdrawn": "撤回导入批次",
        "control_entered": "填写控制合计",
        "batch_undone": "撤销导入批次",
        "reference_added": "新增基础数据",
        "reference_changed": "修改基础数据",
        "demo_seeded": "写入演示数据",
    }
)
