"""URLs of manual reimbursement."""

from django.urls import path, register_converter

from filings.reimbursements.views import detail, lists
from filings.stays.urls import Number


class ReimbursementNumber(Number):
    regex = "R[0-9]{10,11}"


register_converter(ReimbursementNumber, "reimbursement_no")

ONE = "reimbursements/<reimbursement_no:reimbursement_no>/"

urlpatterns = [
    path("reimbursements/", lists.reimbursement_list, name="reimbursement_list"),
    path("reimbursements/export.<str:kind>", lists.reimbursement_export, name="reimbursement_export"),
    path("stays/<stay_no:stay_no>/reimbursement/", detail.reimbursement_open_view, name="reimbursement_open"),
    path(ONE, detail.reimbursement_detail, name="reimbursement_detail"),
    path(f"{ONE}take/", detail.reimbursement_take_view, name="reimbursement_take"),
    path(f"{ONE}done/", detail.reimbursement_done_view, name="reimbursement_done"),
    path(f"{ONE}withdraw/", detail.reimbursement_withdraw_view, name="reimbursement_withdraw"),
    path(f"{ONE}reopen/", detail.reimbursement_reopen_view, name="reimbursement_reopen"),
    path(f"{ONE}form/notice/", detail.reimbursement_notice, name="reimbursement_notice"),
    path(f"{ONE}form/notice.pdf", detail.reimbursement_notice_pdf, name="reimbursement_notice_pdf"),
]
