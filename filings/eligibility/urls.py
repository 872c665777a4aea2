"""URLs of 能否结算."""

from django.urls import path

from filings.eligibility import views

urlpatterns = [
    path("eligibility/", views.eligibility, name="eligibility"),
    path("eligibility/paper/", views.eligibility_paper, name="eligibility_paper"),
    path("eligibility/paper.pdf", views.eligibility_pdf, name="eligibility_pdf"),
]
