"""URLs of the fund's ledger. Regions' statements go by region; the platform's and the bank's stand apart."""

from __future__ import annotations

from django.urls import path

from settlement.fund.statement import OF_PROVINCE
from settlement.fund.views import accounts, adjustments, bank

STATEMENT = "fund/statements/<clearing_region:region_code>"
FILE = "/file.<clearing_file:extension>"
ADJUSTMENT = "fund/adjustments/<str:adjustment_no>/"

urlpatterns = [
    path("fund/", accounts.fund_accounts, name="fund_accounts"),
    path(STATEMENT + "/", accounts.fund_statement, name="fund_statement"),
    path(STATEMENT + "/print/", accounts.fund_statement_print, name="fund_statement_print"),
    path(STATEMENT + FILE, accounts.fund_statement_file, name="fund_statement_file"),
    *(
        path(f"fund/statements/{code}{ending}", view, {"region_code": code}, name=f"{name}_{code}")
        for code in OF_PROVINCE
        for ending, view, name in (
            ("/", accounts.fund_statement, "fund_statement"),
            ("/print/", accounts.fund_statement_print, "fund_statement_print"),
            (FILE, accounts.fund_statement_file, "fund_statement_file"),
        )
    ),
    path("fund/bank/", bank.fund_bank, name="fund_bank"),
    path("fund/bank/balance/", bank.fund_balance, name="fund_balance"),
    path("fund/bank/print/", bank.fund_bank_print, name="fund_bank_print"),
    path("fund/bank" + FILE, bank.fund_bank_file, name="fund_bank_file"),
    path("fund/adjustments/", adjustments.fund_adjustments, name="fund_adjustments"),
    path("fund/adjustments/new/", adjustments.fund_adjustment_new, name="fund_adjustment_new"),
    path(ADJUSTMENT, adjustments.fund_adjustment, name="fund_adjustment"),
    path(ADJUSTMENT + "approve/", adjustments.fund_adjustment_approve, name="fund_adjustment_approve"),
    path(ADJUSTMENT + "refuse/", adjustments.fund_adjustment_refuse, name="fund_adjustment_refuse"),
    path(ADJUSTMENT + "reverse/", adjustments.fund_adjustment_reverse, name="fund_adjustment_reverse"),
]
