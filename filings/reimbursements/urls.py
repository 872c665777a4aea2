"""URLs of manual reimbursement."""

from django.urls import path, register_converter

from filings.reimbursements import views
from filings.stays.urls import Number


class ReimbursementNumber(Number):
    regex = "R[0-9]{10,11}"


register_converter(ReimbursementNumber, "reimbursement_no")

ONE = "reimbursements/<reimbursement_no:reimbursement_no>/"

urlpatterns = [
    path("reimbursements/", views.reimbursement_list, name="reimbursement_list"),
    path("reimbursements/export.<str:kind>", views.reimbursement_export, name="reimbursement_export"),
    path("stays/<stay_no:stay_no>/reimbursement/", views.reimbursement_open_view, name="reimbursement_open"),
    path(ONE, views.reimbursement_detail, name="reimbursement_detail"),
    path(f"{ONE}take/", views.reimbursement_take_view, name="reimbursement_take"),
    path(f"{ONE}done/", views.reimbursement_done_view, name="reimbursement_done"),
    path(f"{ONE}withdraw/", views.reimbursement_withdraw_view, name="reimbursement_withdraw"),
    path(f"{ONE}reopen/", views.reimbursement_reopen_view, name="reimbursement_reopen"),
    path(f"{ONE}form/notice/", views.reimbursement_notice, name="reimbursement_notice"),
    path(f"{ONE}form/notice.pdf", views.reimbursement_notice_pdf, name="reimbursement_notice_pdf"),
]
