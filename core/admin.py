"""The scoped base of every admin page: lists, choices, filters, inlines, history and actions."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.filters import RelatedFieldListFilter
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404

from core.admin_refusals import RefusalMixin
from core.admin_verbs import Verb, VerbMixin
from core.desk import chip_column
from core.errors import RuleBroken
from core.forms import DateInput
from core.models import AuditEvent, Job
from core.numbers import NO_VALUE
from core.scope import own, restrict, scope_of
from core.services.jobs import job_retry


def labelled(queryset):
    """Joins what each row's own text needs, so that a list of choices costs one query.

    The registered admin of the model names it: ``label_related``.
    """
    registered = admin.site._registry.get(queryset.model)
    related = getattr(registered, "label_related", ())
    return queryset.select_related(*related) if related else queryset


class ScopedRelatedFilter(RelatedFieldListFilter):
    """Offers only related rows that the user may see."""

    def field_choices(self, field, request, model_admin):
        queryset = restrict(labelled(field.related_model._default_manager.all()), request.user)
        return [(row.pk, str(row)) for row in queryset]


def _scoped_choices(db_field, request, kwargs):
    related = db_field.related_model
    if scope_of(related) is not None:
        known = kwargs.get("queryset", related._default_manager.all())
        kwargs["queryset"] = restrict(labelled(known), request.user)
    return kwargs


class _ScopedOptions:
    formfield_overrides = {models.DateField: {"widget": DateInput}}

    def get_queryset(self, request):
        return restrict(super().get_queryset(request), request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(
            db_field, request, **_scoped_choices(db_field, request, kwargs)
        )

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(
            db_field, request, **_scoped_choices(db_field, request, kwargs)
        )


class ScopedInline(_ScopedOptions, admin.TabularInline):
    extra = 0


class ScopedAdmin(VerbMixin, RefusalMixin, _ScopedOptions, admin.ModelAdmin):
    """Base of all our admins. ``menu`` = (group on the desk, order)."""

    menu = ("系统管理", 900)
    label_related: tuple[str, ...] = ()  # what ``str(row)`` follows
    list_per_page = 50
    show_full_result_count = False
    save_on_top = False
    empty_value_display = "—"
    # whole-list date navigation runs one grouped query and stays scoped through get_queryset

    def get_queryset(self, request):
        queryset = super().get_queryset(request)
        if not self.label_related:
            return queryset
        # Django leaves list_select_related out once a queryset joins anything itself
        return queryset.select_related(*self.label_related, *(self.list_select_related or ()))

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404  # outside one's scope a row does not exist

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and self.is_own(request, obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and self.is_own(request, obj)

    def is_own(self, request, obj) -> bool:
        """A row seen only as somebody's partner may be read, not written."""
        return obj is None or own(self.model._default_manager.filter(pk=obj.pk), request.user).exists()

    def construct_change_message(self, request, form, formsets, add=False):
        """Comes after everything is written: whatever was chosen, the row must lie in one's own reach."""
        if not self.is_own(request, form.instance):
            raise RuleBroken("保存后这条记录将不在您的管理范围内，没有保存。请检查所选的单位、区划或协议。")
        return super().construct_change_message(request, form, formsets, add)

    def history_view(self, request, object_id, extra_context=None):
        if self.get_object(request, object_id) is None:
            raise Http404
        events = AuditEvent.objects.filter(
            subject_type=self.model._meta.label_lower, subject_id=object_id, verb=AuditEvent.Verb.TRANSITION
        ).select_related("user")
        return super().history_view(request, object_id, {**(extra_context or {}), "events": events[:200]})

    def run_for_each(self, request, queryset, verb, *, done: str):
        """An action: call the service for every chosen row; each refusal names its row."""
        succeeded = 0
        for row in queryset:
            try:
                verb(row)
                succeeded += 1
            except ValidationError as error:
                for message in error.messages:
                    self.message_user(request, f"{row}：{message}", level="ERROR")
        if succeeded:
            self.message_user(request, done.format(n=succeeded), level="SUCCESS")


class ReadOnlyAdmin(ScopedAdmin):
    """Rows that only services write."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def require(request, permission: str) -> None:
    """403 unless the user holds the permission."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


JOB_TONES = {"queued": "wait", "running": "info", "done": "ok", "failed": "bad"}


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    menu = ("系统管理", 940)
    list_display = ["label", "state_chip", "progress", "requester", "attempts", "created_at", "finished_at"]
    list_filter = ["state", "kind"]
    search_fields = ["label", "error"]
    search_help_text = "按内容或未成功的原因查找"
    date_hierarchy = "created_at"
    list_select_related = ["requester"]
    fieldsets = [
        (None, {"fields": ["label", "state", "progress", "progress_label", "requester", "error"]}),
        (
            "时间",
            {"fields": ["created_at", "sent_at", "started_at", "heartbeat_at", "finished_at", "attempts"]},
        ),
        ("技术细节", {"classes": ["collapse"], "fields": ["kind", "unique_key", "payload", "trace"]}),
    ]
    state_chip = chip_column("state", JOB_TONES, description="状态")
    verbs = [
        Verb(
            name="retry",
            label="重试",
            permission="core.retry_job",
            available=lambda job, user: job.state == Job.State.FAILED,
            run=lambda job, user: job_retry(job=job),
            explain="任务将重新排队，从头开始。",
            done="已重新排队。",
            tone="primary",
        )
    ]

    @admin.display(description="进度")
    def progress(self, job):
        return f"{job.progress_done}/{job.progress_total}" if job.progress_total else "—"


AUDIT_TONES = {"sign_in_failed": "bad", "transition": "info", "export": "wait", "import": "wait"}


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    menu = ("系统管理", 950)
    list_display = ["at", "username", "verb_chip", "subject_label", "note", "address"]
    list_filter = ["verb"]
    search_fields = ["username", "subject_label", "note"]
    search_help_text = "按用户名、对象或说明查找"
    date_hierarchy = "at"
    fields = ["at", "username", "verb", "subject_label", "subject_kind", "subject_id", "note", "address"]
    verb_chip = chip_column("verb", AUDIT_TONES, description="动作")

    @admin.display(description="对象种类")
    def subject_kind(self, event):
        try:
            return apps.get_model(event.subject_type)._meta.verbose_name
        except (LookupError, ValueError):  # nothing concerned, or a kind that no longer exists
            return event.subject_type or NO_VALUE
