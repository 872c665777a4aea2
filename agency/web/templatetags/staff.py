"""Template filters of the staff pages: how money, numbers, months and moments look on screen."""

from datetime import date, datetime

from django import template
from django.utils import timezone

from agency import masking, money, periods
from agency.journal import papers

register = template.Library()


@register.filter
def yuan(fen: int | None) -> str:
    """分转元: 123450 -> "1,234.50"; None -> ""."""
    return "" if fen is None else money.yuan(fen)


@register.filter
def counted(number: int | None) -> str:
    """笔数: 123456 -> "123,456" (Django's own groups Chinese numbers by four); None -> ""."""
    return "" if number is None else f"{number:,}"


@register.filter
def masked(number: str | None) -> str:
    """证件号码脱敏: the only way an ID number is written on a page."""
    return masking.mask_id(number) if number else ""


@register.filter
def period_label(period: str | None) -> str:
    """期别: "202610" -> "2026年10月"."""
    return periods.period_label(period) if period else ""


@register.filter
def day(on: date | None) -> str:
    """日期: 2026-11-20; a moment is shown by its day in Shanghai; None -> ""."""
    if isinstance(on, datetime):
        on = timezone.localtime(on) if timezone.is_aware(on) else on
    return on.strftime("%Y-%m-%d") if on else ""


@register.filter
def moment(at: datetime | None) -> str:
    """时刻: 2026-11-20 10:24, in Shanghai; None -> ""."""
    if at is None:
        return ""
    return (timezone.localtime(at) if timezone.is_aware(at) else at).strftime("%Y-%m-%d %H:%M")


@register.filter
def paper_name(form_no: str | None) -> str:
    """打印记录里的名称: "1" -> "表 1 登记备案表", "容缺" -> "容缺承诺书"."""
    return papers.paper_name(form_no) if form_no else ""
