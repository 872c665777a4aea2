"""URLs of the follow-ups, and of the letters that belong to a filing."""

from django.urls import path, register_converter

from filings.followups.views import detail, lists, papers


class FollowUpNumber:
    """G and ten figures or more."""

    regex = "G[0-9]{10,11}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FollowUpNumber, "follow_up_no")

ONE = "followups/<follow_up_no:follow_up_no>/"
FILING = "filings/<filing_no:filing_no>/"

urlpatterns = [
    path("followups/", lists.follow_up_list, name="follow_up_list"),
    path("followups/export.<str:kind>", lists.follow_up_export, name="follow_up_export"),
    path("followups/draw/", lists.spot_check_draw, name="spot_check_draw"),
    path(ONE, detail.follow_up_detail, name="follow_up_detail"),
    path(f"{ONE}receive/", detail.follow_up_receive_view, name="follow_up_receive"),
    path(f"{ONE}verify/", detail.follow_up_verify_view, name="follow_up_verify"),
    path(f"{ONE}untrue/", detail.follow_up_untrue_view, name="follow_up_untrue"),
    path(f"{ONE}lift/", detail.mark_lift_view, name="mark_lift"),
    path(f"{ONE}form/reminder/", papers.follow_up_reminder, name="follow_up_reminder"),
    path(f"{ONE}form/reminder.pdf", papers.follow_up_reminder_pdf, name="follow_up_reminder_pdf"),
    path(f"{FILING}spot-check/", detail.spot_check_filing, name="spot_check_filing"),
    path(f"{FILING}form/2/", papers.filing_form2, name="filing_form2"),
    path(f"{FILING}form/2.pdf", papers.filing_form2_pdf, name="filing_form2_pdf"),
    path(f"{FILING}form/deferral/", papers.filing_deferral, name="filing_deferral"),
    path(f"{FILING}form/deferral.pdf", papers.filing_deferral_pdf, name="filing_deferral_pdf"),
]
