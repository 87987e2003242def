"""Verbs of one object on the desk: 备案, 退回, 终止… Each has a page that asks once and then calls a service.

An admin lists its verbs; what a button needs (permission, moment, reason) stands in one place.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse

from core.database_errors import REFUSALS, sentence
from core.desk import object_url
from core.forms import DateInput
from core.web import add_errors


class VerbForm(forms.Form):
    """What a verb needs to know. ``row`` and ``user`` are there for choices and first values.

    ``preview``: a template that shows what would come of it.
    """

    preview = ""

    def __init__(self, *args, row=None, user=None, **kwargs):
        self.row, self.user = row, user
        super().__init__(*args, **kwargs)


class ReasonForm(VerbForm):
    reason = forms.CharField(label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class DayReasonForm(VerbForm):
    on = forms.DateField(label="日期", widget=DateInput)
    reason = forms.CharField(label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


@dataclass(frozen=True)
class Verb:
    """``run(row, user, **answers)`` calls the service; ``available(row, user)`` says whether it is time.

    ``next_row``: from the service's result to the row whose page opens afterwards. ``partners``: also
    for rows seen only as somebody's partner (``available`` then says whose they are to deal with).
    """

    name: str
    label: str
    permission: str
    available: Callable
    run: Callable
    explain: str
    done: str
    form: type[VerbForm] = VerbForm
    tone: str = ""
    next_row: Callable | None = None
    partners: bool = False


class VerbMixin:
    """For a ModelAdmin: ``verbs`` and the page behind each."""

    verbs: Sequence[Verb] = ()

    def get_verbs(self, request) -> Sequence[Verb]:
        return self.verbs

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_verb"
        own = path("<path:object_id>/do/<slug:verb>/", self.admin_site.admin_view(self.verb_view), name=name)
        return [own, *super().get_urls()]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and obj.pk and change:
            context["verbs"] = [
                {"label": verb.label, "tone": verb.tone, "url": self._verb_url(obj, verb)}
                for verb in self.get_verbs(request)
                if self._may_use(request, verb, obj) and verb.available(obj, request.user)
            ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _may_use(self, request, verb: Verb, row) -> bool:
        return request.user.has_perm(verb.permission) and (verb.partners or self.is_own(request, row))

    def _verb_url(self, row, verb: Verb) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_verb"
        return reverse(name, args=[row.pk, verb.name])

    def verb_view(self, request, object_id, verb):
        row = self.get_object(request, unquote(object_id))
        known = next((entry for entry in self.get_verbs(request) if entry.name == verb), None)
        if row is None or known is None:
            raise Http404
        if not self._may_use(request, known, row):
            raise PermissionDenied
        if not known.available(row, request.user):
            self.message_user(request, f"现在不能办理“{known.label}”。", messages.WARNING)
            return HttpResponseRedirect(object_url(row))
        form = known.form(request.POST if request.method == "POST" else None, row=row, user=request.user)
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    result = known.run(row, request.user, **form.cleaned_data)
                    self.log_change(request, row, known.label)
            except ValidationError as error:
                add_errors(form, error)
            except REFUSALS as error:
                form.add_error(None, sentence(error))
            else:
                self.message_user(request, known.done, messages.SUCCESS)
                target = known.next_row(result) if known.next_row else row
                return HttpResponseRedirect(object_url(target))
        context = {
            **self.admin_site.each_context(request),
            "title": known.label,
            "subtitle": str(row),
            "opts": self.opts,
            "original": row,
            "row_url": object_url(row),
            "verb": known,
            "form": form,
        }
        return TemplateResponse(request, "admin/verb.html", context)
