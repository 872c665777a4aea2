"""URLs of the shared pages."""

from django.urls import include, path

from agency.batches import views as batches
from agency.formlist import views as formlist
from agency.web import login, views

app_name = "agency"
urlpatterns = [
    path("", views.home, name="home"),
    path("login/", login.login, name="login"),
    path("logout/", login.logout, name="logout"),
    path("password/", login.password, name="password"),
    path("search/", views.search, name="search"),
    path("unmask/", views.unmask, name="unmask"),
    path("log/", views.journal, name="journal"),
    path("books/", views.books, name="books"),
    path("verify/", views.verify, name="verify"),
    path("verify/<str:code>/", views.verify_code, name="verify_code"),
    path("forms/", formlist.form_list, name="form_list"),
    path("forms/<str:form_no>/blank.pdf", formlist.form_blank, name="form_blank"),
    path("jobs/<str:job_no>/", views.job, name="job"),
    path("", include("agency.directory.urls")),
    path("health/", views.health, name="health"),
    path("imports/", batches.batch_list, name="batch_list"),
    path("imports/new/<slug:kind>/", batches.batch_new, name="batch_new"),
    path("imports/<str:batch_no>/", batches.batch_detail, name="batch_detail"),
    path("imports/<str:batch_no>/confirm/", batches.batch_confirm, name="batch_confirm"),
    path("imports/<str:batch_no>/check-again/", batches.batch_check_again, name="batch_check_again"),
    path("imports/<str:batch_no>/control/", batches.batch_control, name="batch_control"),
    path("imports/<str:batch_no>/withdraw/", batches.batch_withdraw_view, name="batch_withdraw"),
    path("imports/<str:batch_no>/undo/", batches.batch_undo_view, name="batch_undo"),
    path("imports/<str:batch_no>/refused/", batches.batch_refused, name="batch_refused"),
]
