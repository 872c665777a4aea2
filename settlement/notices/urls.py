"""URLs of notices, bank lines and payments."""

from django.urls import path, register_converter

from settlement.notices.views import bank, notices


class NoticeNumber:
    """文号 in an address: year and number, 2026-12."""

    regex = "20[0-9]{2}-[1-9][0-9]{0,5}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NoticeNumber, "notice_number")
NOTICE = "notices/<notice_number:notice_no>/"
LINE = "bank-lines/<str:bank_line_no>/"

urlpatterns = [
    path("notices/", notices.notice_list, name="notice_list"),
    path("notices/export/<slug:kind>/", notices.notice_export, name="notice_export"),
    path(NOTICE, notices.notice_detail, name="notice_detail"),
    path(NOTICE + "print/", notices.notice_print, name="notice_print"),
    path(NOTICE + "notice.pdf", notices.notice_pdf, name="notice_pdf"),
    path("bank-lines/", bank.bank_line_list, name="bank_line_list"),
    path("bank-lines/new/", bank.bank_line_new, name="bank_line_new"),
    path("bank-lines/match/", bank.bank_lines_match, name="bank_lines_match"),
    path(LINE, bank.bank_line_detail, name="bank_line_detail"),
    path(LINE + "pay/", bank.bank_line_pay, name="bank_line_pay"),
    path(LINE + "payments/<str:payment_no>/withdraw/", bank.payment_withdraw_view, name="payment_withdraw"),
]
