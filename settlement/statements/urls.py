"""URLs of statements: the list of a month, one statement, payments. Months, regions and files are named as in
the clearing's URLs, which come first and register the converters."""

from django.urls import path

from settlement.statements.views import lists, payments, statements

OF_REGION = "statements/<clearing_period:period>/<clearing_region:region_code>/"
ONE = "statements/<str:institution_statement_no>"

urlpatterns = [
    path("statements/", lists.statement_list, name="statement_list"),
    path("statements/draw/", lists.statements_draw_view, name="statements_draw"),
    path("statements/confirm/", lists.statements_confirm_view, name="statements_confirm"),
    path(OF_REGION + "summary/print/", lists.summary_print, name="statement_summary_print"),
    path(OF_REGION + "summary.<clearing_file:extension>", lists.summary_file, name="statement_summary_file"),
    path(OF_REGION + "payments/", payments.payment_list, name="statement_payments"),
    path(OF_REGION + "payments/pay/", payments.statements_pay_view, name="statements_pay"),
    path(OF_REGION + "payments/print/", payments.payments_print, name="statement_payments_print"),
    path(
        OF_REGION + "payments.<clearing_file:extension>",
        payments.payments_file,
        name="statement_payments_file",
    ),
    path(ONE + "/", statements.statement_detail, name="institution_statement"),
    path(ONE + "/answer/", statements.statement_answer_view, name="statement_answer"),
    path(ONE + "/confirm/", statements.statement_confirm_view, name="statement_confirm"),
    path(ONE + "/send-again/", statements.statement_send_again_view, name="statement_send_again"),
    path(ONE + "/undo-payment/", payments.payment_undo_view, name="statement_payment_undo"),
    path(ONE + "/print/", statements.statement_print, name="institution_statement_print"),
    path(
        ONE + "/file.<clearing_file:extension>", statements.statement_file, name="institution_statement_file"
    ),
]
