"""Import and export pages of a desk: upload → preview (dry run) → confirm; filtered export.

``class PostingAdmin(ExcelAdmin, ScopedAdmin)`` with ``resource_classes = [PostingResource]``.
"""

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from import_export.admin import ImportExportMixin

from core.excel import guards, holding
from core.excel.formats import FORMATS, XlsxFormat
from core.excel.forms import ConfirmForm, ImportForm
from core.excel.reading import read_table
from core.excel.writing import write_template
from core.models import AuditEvent
from core.services.audit import audit_record

MAX_EXPORT = 20_000
TOO_MANY = f"共 {{}} 行，一次最多导出 {MAX_EXPORT} 行，请先筛选。"
SHOWN_CHANGES = 500
FORMAT = "format"


class ExcelAdmin(ImportExportMixin):
    """Mixin before ScopedAdmin: list, filters and actions stay scoped, so the export is too."""

    import_template_name = "admin/import_export/import.html"
    export_template_name = "admin/import_export/export.html"

    # ---- who may
    def _may(self, request, action: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{action}_{self.opts.model_name}")

    def has_import_permission(self, request):
        return self._may(request, "import")

    def has_export_permission(self, request):
        return self._may(request, "export")

    def _require(self, allowed: bool) -> None:
        if not allowed:
            raise PermissionDenied

    def get_urls(self):
        app, model = self.get_model_info()
        template = path(
            "import/template/",
            self.admin_site.admin_view(self.import_template),
            name=f"{app}_{model}_import_template",
        )
        return [template, *super().get_urls()]

    def get_actions(self, request):
        actions = super().get_actions(request)
        if self.has_export_permission(request) and IS_POPUP_VAR not in request.GET:
            name = "export_selected"
            actions[name] = (type(self).export_selected, name, type(self).export_selected.short_description)
        return actions

    def resource(self, request):
        return self.get_resource_classes(request)[0](user=request.user)

    def _page(self, request, template: str, title: str, **context):
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "media": self.media,
            **context,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, [template], context)

    def _url(self, name: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}")

    # ---- in
    def import_action(self, request, **kwargs):
        """The upload form; with a file, its preview. Nothing is written here."""
        self._require(self.has_import_permission(request))
        resource = self.resource(request)
        form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
        if not form.is_valid():
            return self._import_page(request, resource, form)
        file = form.cleaned_data["import_file"]
        data = file.read()
        try:
            dataset = read_table(data, form.kind, resource.sheet_name, resource.max_rows)
        except ValidationError as error:
            form.add_error("import_file", error)
            return self._import_page(request, resource, form)
        result = resource.import_data(dataset, dry_run=True)
        confirm = None
        if result.succeeded and result.moving_rows:
            ticket = holding.keep(data, kind=form.kind, name=file.name, user=request.user, model=self.model)
            confirm = ConfirmForm(initial={"ticket": ticket})
        return self._import_page(request, resource, ImportForm(), result, confirm, file.name)

    def _import_page(self, request, resource, form, result=None, confirm=None, file_name=""):
        return self._page(
            request,
            self.import_template_name,
            f"导入{self.opts.verbose_name}",
            form=form,
            confirm_form=confirm,
            result=result,
            file_name=file_name,
            columns=resource.columns,
            shown_rows=result.moving_rows[:SHOWN_CHANGES] if result else [],
            unshown=max(0, len(result.moving_rows) - SHOWN_CHANGES) if result else 0,
            max_rows=resource.max_rows,
            max_megabytes=guards.MAX_FILE // guards.MEGABYTE,
            template_url=self._url("import_template"),
            import_url=self._url("import"),
            process_url=self._url("process_import"),
        )

    def process_import(self, request, **kwargs):
        """The confirmed file: checked once more from the start, then written whole or not at all."""
        self._require(self.has_import_permission(request))
        if request.method != "POST":
            return redirect(self._url("import"))
        resource = self.resource(request)
        form = ConfirmForm(request.POST)
        try:
            if not form.is_valid():
                raise ValidationError(holding.GONE)
            held = holding.take(form.cleaned_data["ticket"], user=request.user, model=self.model)
            dataset = read_table(held.data, held.kind, resource.sheet_name, resource.max_rows)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect(self._url("import"))
        with transaction.atomic():
            result = resource.import_data(dataset, dry_run=False)
            if result.succeeded:
                self._record_import(request, result, held.name)
        if not result.succeeded:
            messages.error(request, "预览之后数据有了变化，没有写入任何一行。请按下面的提示处理后重新导入。")
            return self._import_page(request, resource, ImportForm(), result, None, held.name)
        holding.drop(held)
        messages.success(
            request,
            f"导入完成：新增 {result.new} 行，修改 {result.changed} 行，不变 {result.unchanged} 行。",
        )
        return HttpResponseRedirect(self._url("changelist"))

    def _record_import(self, request, result, name: str) -> None:
        audit_record(
            verb=AuditEvent.Verb.IMPORT,
            user=request.user,
            request=request,
            note=(
                f"导入{self.opts.verbose_name}：新增 {result.new} 行，修改 {result.changed} 行，"
                f"不变 {result.unchanged} 行；文件 {name}"
            ),
        )
        for flag, rows, text in (
            (ADDITION, [row for row in result.rows if row.is_new()], "从文件导入新增。"),
            (CHANGE, [row for row in result.rows if row.is_update()], "从文件导入修改。"),
        ):
            if rows:
                LogEntry.objects.log_actions(
                    request.user.pk, [row.instance for row in rows], flag, change_message=text
                )

    def import_template(self, request):
        """An empty workbook to fill in."""
        self._require(self.has_import_permission(request))
        data = write_template(self.resource(request))
        return _file(data, XlsxFormat(), f"{self.opts.verbose_name}导入模板")

    # ---- out
    def export_action(self, request):
        """How many rows the list as filtered has; with ``?format=xlsx`` or ``csv`` the file itself."""
        self._require(self.has_export_permission(request))
        wanted = request.GET.get(FORMAT, "")
        request.GET = request.GET.copy()
        request.GET.pop(FORMAT, None)
        try:
            queryset = self.get_export_queryset(request)
        except IncorrectLookupParameters:
            return redirect(self._url("changelist"))
        count = queryset.count()
        if wanted in FORMATS and count <= MAX_EXPORT:
            return self._export(request, queryset, FORMATS[wanted]())
        return self._page(
            request,
            self.export_template_name,
            f"导出{self.opts.verbose_name}",
            count=count,
            problem=TOO_MANY.format(count) if count > MAX_EXPORT else "",
            choices=[
                (name, f"下载 {made.title}", self._query(request, name)) for name, made in FORMATS.items()
            ]
            if count <= MAX_EXPORT
            else [],
            back=self._query(request),
            columns=self.resource(request).columns,
            filtered=bool(request.GET),
        )

    def _query(self, request, wanted: str = "") -> str:
        query = request.GET.copy()
        if wanted:
            query[FORMAT] = wanted
        return f"?{query.urlencode()}"

    @admin.action(description="导出所选%(verbose_name_plural)s")
    def export_selected(self, request, queryset):
        self._require(self.has_export_permission(request))
        if (count := queryset.count()) > MAX_EXPORT:
            messages.error(request, TOO_MANY.format(count))
            return None
        return self._export(request, queryset, XlsxFormat())

    def _export(self, request, queryset, file_format):
        resource = self.resource(request)
        dataset = resource.export(queryset)
        data = file_format.export_data(dataset, resource=resource)
        name = str(self.opts.verbose_name)
        audit_record(
            verb=AuditEvent.Verb.EXPORT,
            user=request.user,
            request=request,
            note=f"导出{name} {len(dataset)} 行（{file_format.get_extension()}）"
            + (f"；筛选 {'、'.join('='.join(pair) for pair in request.GET.items())}" if request.GET else ""),
        )
        return _file(data, file_format, name)


def _file(data: bytes, file_format, name: str) -> HttpResponse:
    """A download named in Chinese with today's date."""
    response = HttpResponse(data, content_type=file_format.get_content_type())
    file_name = f"{name}-{timezone.localdate():%Y-%m-%d}.{file_format.get_extension()}"
    response["Content-Disposition"] = content_disposition_header(True, file_name)
    response["Cache-Control"] = "no-store"
    return response
