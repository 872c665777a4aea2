"""URLs of held-over cases."""

from django.urls import path

from settlement.holding import views

urlpatterns = [
    path("held/", views.held_list, name="held_list"),
    path("held/export/<slug:kind>/", views.held_export, name="held_export"),
    path("held/dispute/<str:settlement_no>/", views.held_dispute, name="held_dispute"),
    path("held/<str:held_no>/", views.held_detail, name="held_detail"),
    path("held/<str:held_no>/answer/", views.held_answer, name="held_answer"),
    path("held/<str:held_no>/take-back/", views.held_take_back, name="held_take_back"),
    path("held/<str:held_no>/release/", views.held_release, name="held_release"),
    path("held/<str:held_no>/reject/", views.held_reject, name="held_reject"),
    path("held/<str:held_no>/undo/", views.held_undo, name="held_undo"),
]
