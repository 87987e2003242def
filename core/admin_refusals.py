"""Broken rules on desk pages: beside their field, with what was typed still there, never a 500.

A service called from ``save_model`` or ``save_formset`` may refuse, and so may the database. The
transaction is rolled back and the same page is built again with the refusal as a form error.
"""

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect

from core.database_errors import REFUSALS, sentence
from core.desk import object_url
from core.errors import RuleBroken
from core.web import add_errors


class RowsRefused(RuleBroken):
    """Refusals of single inline rows: {(formset prefix, row index): ValidationError}."""

    def __init__(self, rows: dict[tuple[str, int], ValidationError]):
        super().__init__("有的行没有保存，请看各行的提示。")
        self.rows = rows


@dataclass
class Refusal:
    error: ValidationError
    rows: dict = field(default_factory=dict)

    @classmethod
    def of(cls, error: Exception) -> "Refusal":
        if isinstance(error, RowsRefused):
            return cls(ValidationError(error.messages), error.rows)
        if isinstance(error, ValidationError):
            return cls(error)
        return cls(ValidationError(sentence(error)))


class RefusalMixin:
    """For a ModelAdmin. Reads ``request.refusal`` while the page is built a second time."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST":
            try:
                with transaction.atomic():
                    return super().changeform_view(request, object_id, form_url, extra_context)
            except (ValidationError, *REFUSALS) as error:
                request.refusal = Refusal.of(error)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form_class = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        if refusal is None:
            return form_class

        class RefusedForm(form_class):
            def _post_clean(self):
                super()._post_clean()
                add_errors(self, refusal.error)

        return RefusedForm

    def _create_formsets(self, request, obj, change):
        formsets, inlines = super()._create_formsets(request, obj, change)
        refusal = getattr(request, "refusal", None)
        if refusal is not None:
            for formset in formsets:
                formset.is_valid()  # runs each form's own cleaning before errors are added
                for (prefix, index), error in refusal.rows.items():
                    if prefix == formset.prefix:
                        add_errors(formset.forms[index], error)
        return formsets, inlines

    def delete_view(self, request, object_id, extra_context=None):
        try:
            with transaction.atomic():
                return super().delete_view(request, object_id, extra_context)
        except (ValidationError, *REFUSALS) as error:
            self._tell(request, error)
            row = self.get_object(request, object_id)
            return HttpResponseRedirect(object_url(row))

    def changelist_view(self, request, extra_context=None):
        if request.method != "POST":
            return super().changelist_view(request, extra_context)
        try:
            with transaction.atomic():
                return super().changelist_view(request, extra_context)
        except (ValidationError, *REFUSALS) as error:
            self._tell(request, error)
            return HttpResponseRedirect(request.get_full_path())

    def _tell(self, request, error):
        found = error.messages if isinstance(error, ValidationError) else [sentence(error)]
        for message in found:
            self.message_user(request, message, messages.ERROR)


def save_rows(formset, save_row) -> None:
    """Hand every changed row of an inline to ``save_row(form)``; all refusals are told at once.

    Rows are saved each within its own savepoint, so that one refused row does not hide the next.
    """
    refused = {}
    for index, form in enumerate(formset.forms):
        if not form.has_changed() or form in formset.deleted_forms:
            continue
        try:
            with transaction.atomic():
                save_row(form)
        except ValidationError as error:
            refused[formset.prefix, index] = error
        except REFUSALS as error:
            refused[formset.prefix, index] = ValidationError(sentence(error))
    # the admin writes its log from these lists
    formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
    if refused:
        raise RowsRefused(refused)
