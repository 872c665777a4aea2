"""URLs of quotas: rounds and their forms, use, warnings, urgent increases."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter, StringConverter

from settlement.quotas.views import increases, rounds, sheets, use, warnings


class QuotaYearConverter(IntConverter):
    """年度 of a round: 2027."""

    regex = "2[0-9]{3}"


class QuotaFormConverter(StringConverter):
    """Forms 6-1 and 6-2."""

    regex = "6-[12]"


class QuotaTypeConverter(StringConverter):
    """险种."""

    regex = "employee|resident"


register_converter(QuotaYearConverter, "quota_year")
register_converter(QuotaFormConverter, "quota_form")
register_converter(QuotaTypeConverter, "quota_type")
ROUND = "quotas/<quota_year:year>/"
ITEM = ROUND + "items/<clearing_region:region_code>/<quota_type:insurance_type>/"
SHEET = ROUND + "<quota_form:quota_form>/"
OF_REGION = SHEET + "<clearing_region:region_code>/"
WARNING = "fund-use/warnings/<str:warning_no>/"
INCREASE = "fund-use/increases/<str:increase_no>/"

urlpatterns = [
    path("quotas/", rounds.quota_list, name="quota_list"),
    path("quotas/draw/", rounds.quota_draw, name="quota_draw"),
    path(ROUND, rounds.quota_round, name="quota_round"),
    path(ROUND + "propose/", rounds.quota_propose, name="quota_propose"),
    path(ROUND + "approve/", rounds.quota_approve, name="quota_approve"),
    path(ROUND + "return/", rounds.quota_return, name="quota_return"),
    path(ITEM, rounds.quota_item, name="quota_item"),
    path(ITEM + "change/", rounds.quota_item_change, name="quota_item_change"),
    path(SHEET, sheets.quota_sheet_view, name="quota_sheet"),
    path(SHEET + "print/", sheets.quota_sheet_print, name="quota_sheet_print"),
    path(SHEET + "file.<clearing_file:extension>", sheets.quota_sheet_file, name="quota_sheet_file"),
    path(OF_REGION, sheets.quota_sheet_view, name="quota_sheet"),
    path(OF_REGION + "print/", sheets.quota_sheet_print, name="quota_sheet_print"),
    path(OF_REGION + "file.<clearing_file:extension>", sheets.quota_sheet_file, name="quota_sheet_file"),
    path("fund-use/", use.fund_use, name="fund_use"),
    path("fund-use/<clearing_region:region_code>/", use.fund_use_region, name="fund_use"),
    path("fund-use/warnings/", warnings.warning_list, name="fund_warning_list"),
    path(WARNING, warnings.warning_detail, name="fund_warning"),
    path(WARNING + "note/", warnings.warning_note, name="fund_warning_note"),
    path(WARNING + "increase/", warnings.increase_ask_view, name="quota_increase_ask"),
    path("fund-use/increases/", increases.increase_list, name="quota_increase_list"),
    path(INCREASE, increases.increase_detail, name="quota_increase"),
    path(INCREASE + "approve/", increases.increase_approve_view, name="quota_increase_approve"),
    path(INCREASE + "refuse/", increases.increase_refuse_view, name="quota_increase_refuse"),
    path(INCREASE + "withdraw/", increases.increase_withdraw_view, name="quota_increase_withdraw"),
]
