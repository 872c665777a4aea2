"""导入导出基础数据: what an admin page of reference data needs to take in and give out files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from import_export.admin import ExportActionMixin, ImportMixin
from import_export.forms import ExportForm, ImportForm

from agency.batches.models import KeptFile
from agency.batches.services import file_keep, kept_path
from agency.errors import DomainError
from agency.interchange.exchange import Exchange
from agency.interchange.formats import CsvFile, TableFile, XlsxFile
from agency.interchange.in_use import WHY, InUseForm, has_begun, in_use_form
from agency.interchange.judging import file_digest, import_confirm, import_preview
from agency.interchange.outcome import Outcome, Verdict
from agency.interchange.reading import MAX_BYTES
from agency.interchange.resources import TableResource, resource_of
from agency.journal import audit
from agency.organisation.logged_admin import LoggedAdmin

SALT = "agency.interchange"
PREVIEW_LASTS_SECONDS = 9 * 60 * 60  # a working day, as a session


class FileForm(ImportForm):
    """The file, and which table of the page it is for; the format is found by the program."""

    def __init__(self, formats: Any, resources: Any, **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.fields["resource"].label = "哪一张表"
        self.fields["format"].widget = forms.HiddenInput()
        self.fields["format"].required = False
        self.fields["import_file"].label = "文件"
        self.fields["import_file"].widget.attrs["accept"] = ".csv,.xlsx,.tsv,.txt"
        self.fields["import_file"].error_messages["empty"] = "文件是空的，请重新选择。"

    @property
    def media(self) -> forms.Media:
        """No script: the format is not chosen."""
        return forms.Media()


class ChosenExportForm(ExportForm):
    """Which table of the page, and as what kind of file."""

    def __init__(self, formats: Any, resources: Any, **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.fields["resource"].label = "哪一张表"
        chosen: Any = self.fields["format"]
        chosen.label = "格式"
        chosen.choices = [choice for choice in chosen.choices if choice[0] != ""]


class PreviewForm(forms.Form):
    """What was previewed, signed: file, table, person and the digest of what was shown."""

    preview = forms.CharField(widget=forms.HiddenInput)


class ReferenceAdmin(ImportMixin, ExportActionMixin, LoggedAdmin):
    """Reference data that also comes and goes as a file; each row through the form of this page.

    Whoever may add or change in the admin may import, whoever may look may export; both see and choose what
    the list and the form show them.
    """

    exchanges: tuple[Exchange, ...] = ()
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    import_template_name = "agency/interchange/import.html"
    export_template_name = "admin/import_export/export.html"
    import_form_class = FileForm
    export_form_class = ChosenExportForm
    import_formats = [TableFile]
    export_formats = [XlsxFile, CsvFile]
    change_form_template = None
    show_change_form_export = False

    def get_resource_classes(self, request: HttpRequest) -> list[type[TableResource]]:
        return [resource_of(exchange) for exchange in self.exchanges]

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) or self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    # One row

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Of a row that has begun: the form that asks why it is rewritten."""
        exchange = next((one for one in self.exchanges if not one.parent), None)
        if exchange is not None and has_begun(exchange, obj, request):
            kwargs["form"] = in_use_form(self.form, exchange, request)
        return super().get_form(request, obj, change, **kwargs)

    def logged(self, request: HttpRequest, form: Any, formsets: Any) -> audit.Subject:
        """With what was rewritten of rows in use, and why."""
        subject = super().logged(request, form, formsets)
        subject.detail["columns"] = [name for name in subject.detail["columns"] if name != WHY]
        forms_of_page = [form, *(one for formset in formsets for one in formset.forms)]
        mended = [one.mended() for one in forms_of_page if isinstance(one, InUseForm) and one.has_changed()]
        for told in filter(None, mended):
            reasons = [subject.detail.get("reason", ""), told["reason"]]
            subject.detail["reason"] = "；".join(filter(None, reasons))
            subject.detail.setdefault("before", {}).update(told["before"])
        return subject

    # In

    def import_action(self, request: Any, **kwargs: Any) -> HttpResponse:
        """The form; posted, the preview of the file."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = self.create_import_form(request)
        context: dict[str, Any] = {}
        if request.method == "POST" and form.is_valid():
            number = self.get_resource_index(form)
            try:
                context = self._preview(request, number, form.cleaned_data["import_file"])
            except DomainError as error:
                form.add_error("import_file", error.message)
        return self._import_page(request, form, context)

    def _preview(self, request: Any, number: int, upload: Any) -> dict[str, Any]:
        if upload.size > MAX_BYTES:
            raise DomainError(
                "file_too_large",
                f"“{upload.name}”超过 {MAX_BYTES >> 20} MB：这里只收小量更正，请只留要改的行。",
            )
        content, name = upload.read(), upload.name
        outcome = import_preview(self, request, self.exchanges[number], content=content, file_name=name)
        if outcome.may_be_confirmed:
            upload.seek(0)
            file_keep(upload, name=name, by=request.user, at=request.now)
        return self._shown(request, number, name, outcome)

    def _shown(self, request: Any, number: int, name: str, outcome: Outcome) -> dict[str, Any]:
        """The context of a preview; confirmable when no row is refused and some row changes."""
        context: dict[str, Any] = {
            "outcome": outcome,
            "file_name": name,
            "table": self.exchanges[number].title,
        }
        if outcome.may_be_confirmed:
            seen = {
                "file": outcome.file_digest,
                "name": name,
                "table": number,
                "by": request.user.pk,
                "seen": outcome.digest(),
            }
            context["confirm_form"] = PreviewForm(initial={"preview": signing.dumps(seen, salt=self._salt)})
        return context

    @property
    def _salt(self) -> str:
        return f"{SALT}.{self.opts.label_lower}"

    def _import_page(self, request: Any, form: Any, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            [self.import_template_name],
            {
                **self.admin_site.each_context(request),
                "title": f"导入{self.opts.verbose_name}",
                "form": form,
                "opts": self.opts,
                "media": self.media,
                "exchanges": self.exchanges,
                **context,
            },
        )

    def process_import(self, request: Any, **kwargs: Any) -> HttpResponse:
        """Confirmed: what was previewed is written, or nothing is and a new preview says why."""
        return require_POST(self._process)(request)

    def _process(self, request: Any) -> HttpResponse:
        if not self.has_import_permission(request):
            raise PermissionDenied
        seen = self._seen(request)
        content = self._kept(seen["file"]) if seen else None
        if seen is None or content is None:
            messages.error(request, "这份预览已经失效，没有写入；请重新上传文件，看过新的预览再确认。")
            return redirect(self._url("import"))
        outcome = import_confirm(
            self,
            request,
            self.exchanges[seen["table"]],
            content=content,
            file_name=seen["name"],
            seen=seen["seen"],
        )
        if outcome.applied:
            messages.success(
                request,
                f"已导入：新增 {outcome.count(Verdict.NEW)} 条，修改 {outcome.count(Verdict.CHANGED)} 条，"
                f"{outcome.count(Verdict.SAME)} 条相同。",
            )
            return redirect(self._url("changelist"))
        messages.warning(request, "预览之后数据有了变化，没有写入；请看过下面新的预览再确认。")
        shown = self._shown(request, seen["table"], seen["name"], outcome)
        fresh = self.import_form_class(self.get_import_formats(), self.get_import_resource_classes(request))
        return self._import_page(request, fresh, shown)

    def _seen(self, request: Any) -> dict[str, Any] | None:
        """What this person previewed on this page; None for anything else."""
        form = PreviewForm(request.POST)
        if not form.is_valid():
            return None
        try:
            seen: dict[str, Any] = signing.loads(
                form.cleaned_data["preview"], salt=self._salt, max_age=PREVIEW_LASTS_SECONDS
            )
        except signing.BadSignature:
            return None
        return seen if seen["by"] == request.user.pk and seen["table"] < len(self.exchanges) else None

    def _kept(self, digest: str) -> bytes | None:
        """The kept file of this digest, if it still is what it was."""
        kept = KeptFile.objects.filter(digest=digest).first()
        path = kept_path(kept) if kept else None
        if path is None or not path.is_file():
            return None
        content = path.read_bytes()
        return content if file_digest(content) == digest else None

    def _url(self, page: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}")

    # Out

    def export_admin_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Of all rows of a list: the same as the export of the list, with its filters."""
        if request.POST.get("select_across") == "1":
            query = request.GET.urlencode()
            return redirect(f"{self._url('export')}{'?' + query if query else ''}")
        return super().export_admin_action(request, queryset)

    def get_valid_export_item_pks(self, request: HttpRequest) -> Any:
        """Chosen rows are among those that this person sees."""
        return self.get_queryset(request).values_list("pk", flat=True)

    def _do_file_export(
        self, file_format: Any, request: Any, queryset: QuerySet[Any], export_form: Any = None
    ) -> HttpResponse:
        """The file, and its entry in the log."""
        resource = self.choose_export_resource_class(export_form, request)
        dataset = resource().export(queryset)
        response = HttpResponse(
            file_format.export_data(dataset, at=request.now), content_type=file_format.get_content_type()
        )
        name = f"{resource.exchange.model._meta.model_name}-{timezone.localtime(request.now):%Y%m%d-%H%M}"
        response["Content-Disposition"] = f'attachment; filename="{name}.{file_format.get_extension()}"'
        audit.record(
            "exported",
            by=request.user,
            at=request.now,
            subject_kind=audit.subject_kind(resource.exchange.model()),
            region=request.user.region,
            what=resource.exchange.title,
            format=file_format.get_extension(),
            rows=len(dataset),
            filters=sorted(request.GET),
        )
        return response


class InUseInline(admin.TabularInline):
    """Dated rows on the page of what they belong to: those in use are rewritten only with a reason."""

    extra = 0

    def get_formset(self, request: HttpRequest, obj: Model | None = None, **kwargs: Any) -> Any:
        page: Any = self.admin_site._registry[self.parent_model]
        exchange = next(one for one in page.exchanges if one.model is self.model)
        kwargs["form"] = in_use_form(self.form, exchange, request)
        return super().get_formset(request, obj, **kwargs)
