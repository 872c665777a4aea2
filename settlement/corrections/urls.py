"""URLs of conflicts and corrections."""

from django.urls import path

from settlement.corrections import views

urlpatterns = [
    path("corrections/", views.conflict_list, name="conflict_list"),
    path("corrections/all/", views.correction_list, name="correction_list"),
    path(
        "corrections/conflicts/<str:conflict_batch_no>/<int:line_no>/",
        views.conflict_detail,
        name="conflict_detail",
    ),
    path("corrections/<str:proposal_no>/", views.correction_detail, name="correction_detail"),
    path("corrections/<str:proposal_no>/approve/", views.correction_approve, name="correction_approve"),
    path("corrections/<str:proposal_no>/reject/", views.correction_reject, name="correction_reject"),
    path("corrections/<str:proposal_no>/withdraw/", views.correction_withdraw, name="correction_withdraw"),
]
