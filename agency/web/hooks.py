"""The side bar entries of the shared pages."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from agency.batches.selectors import batches_visible
from agency.batches.states import BatchState
from agency.organisation import access
from agency.organisation.models import User
from agency.organisation.roles import May
from agency.registry import HOME, NAV, STATEFUL
from agency.web.parts import HomePart, NavItem, TodoRow

WAITING_SHOWN = 5


@NAV.register("home", order=0)
def home(user: User) -> list[NavItem]:
    return [NavItem("窗口", "今日工作", reverse("agency:home"))]


@NAV.register("shared", order=800)
def shared(user: User) -> list[NavItem]:
    items = [
        NavItem("表单", "二十种表单", reverse("agency:form_list")),
        NavItem("表单", "验证码查验", reverse("agency:verify")),
    ]
    if access.allowed(user, May.READ_BATCHES):
        items.append(NavItem("文件", "导入批次", reverse("agency:batch_list")))
    if access.allowed(user, May.CHECK_BOOKS):
        items.append(NavItem("核对", "核对账目", reverse("agency:books")))
    if access.allowed(user, May.READ_JOURNAL):
        items.append(NavItem("核对", "操作日志", reverse("agency:journal")))
    if access.allowed(user, May.USE_ADMIN) and not user.is_system_account:
        items.append(NavItem("核对", "后台管理", reverse("admin:index")))
    return items


@HOME.register("batches", order=50)
def batches_to_confirm(user: User, today: dt.date) -> HomePart:
    """Imports that a colleague uploaded and that wait for a second person."""
    part = HomePart()
    if not access.allowed(user, May.RELEASE_BATCHES):
        return part
    waiting = batches_visible(user).filter(state=BatchState.PREVIEWED).exclude(created_by=user)
    for batch in waiting.order_by("id")[:WAITING_SHOWN]:
        part.todo.append(
            TodoRow(
                badge="待确认",
                badge_tone="go",
                number=batch.batch_no,
                url=reverse("agency:batch_detail", kwargs={"batch_no": batch.batch_no}),
                title=batch.file_name,
                detail=f"{batch.rows} 行，可写入 {batch.accepted}，拒绝 {batch.refused}",
                due=f"上传 {batch.created_by}",
            )
        )
    return part


@STATEFUL.register("batch", order=210)
def batch_model() -> type:
    from agency.batches.models import Batch

    return Batch


@STATEFUL.register("job")
def job_model() -> type:
    from agency.jobs.models import Job

    return Job
