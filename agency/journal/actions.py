"""What the log calls each action in Chinese; every slice labels its own."""

from __future__ import annotations

_LABELS: dict[str, str] = {}


def label_actions(labels: dict[str, str]) -> None:
    """Give actions their labels; called in a slice's hooks."""
    _LABELS.update(labels)


def action_label(action: str) -> str:
    """The Chinese label of an action; a test proves that every recorded one has it."""
    return _LABELS.get(action, action)


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
        "batch_undone": "撤销导入批次",
        "reference_added": "新增基础数据",
        "reference_changed": "修改基础数据",
        "demo_seeded": "写入演示数据",
    }
)
