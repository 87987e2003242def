"""What a response shows: its words, its rows, and what its forms offer to choose from."""

import io
import zipfile
from collections.abc import Iterator

from django.contrib.admin.helpers import AdminForm, InlineAdminFormSet
from django.forms import BaseForm, BaseFormSet, ModelChoiceField

from staffing.models import Posting
from support.models import Agreement
from tests.permissions.expected import EXPECTED, expected
from tests.permissions.world import CLINICIAN, World


def leaked_words(world: World, role: str, ring: str, response) -> list[str]:
    """Marks of other rings in the body and in messages for the next page; a workbook is unpacked."""
    body = response.body
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as workbook:
            body = b"".join(map(workbook.read, workbook.namelist()))
    return sorted(word for word in world.forbidden_words(role, ring) if word.encode() in body + response.told)


def _values(response) -> Iterator:
    for context in response.context or ():
        for layer in context.dicts if hasattr(context, "dicts") else (context,):
            yield from layer.values()


def forms_of(response) -> list[BaseForm]:
    """Every form of the page, those in formsets and admin inlines with their empty row included."""
    found: dict[int, BaseForm] = {}
    queue = list(_values(response))
    while queue:
        value = queue.pop()
        if isinstance(value, AdminForm):
            queue.append(value.form)
        elif isinstance(value, InlineAdminFormSet):
            queue.append(value.formset)
        elif isinstance(value, BaseFormSet):
            queue += [*value.forms, value.empty_form]
        elif isinstance(value, list | tuple) and value and isinstance(value[0], InlineAdminFormSet):
            queue += value
        elif isinstance(value, BaseForm):
            found[id(value)] = value
    return list(found.values())


def choices_of(response) -> dict[str, tuple[type, set[int]]]:
    """{"DonationForm.agreement": (model, keys offered)}."""
    found = {}
    for form in forms_of(response):
        for name, field in form.fields.items():
            told = f"{type(form).__name__}.{name}"
            # a formset's hidden key is no choice; rows of one formset offer the same
            own_key = form.prefix and field.widget.is_hidden
            if isinstance(field, ModelChoiceField) and not own_key and told not in found:
                keys = field.queryset.order_by().values_list("pk", flat=True)
                found[told] = (field.queryset.model, set(keys))
    return found


def choosable(world: World, model, role: str, ring: str) -> set[int]:
    """Rows a form may offer: the visible ones; a clinician also names the agreement of own postings."""
    rows = expected(world, model, role, ring)
    if model is Agreement and role == CLINICIAN:
        mine = Posting.objects.filter(clinician__user=world.user(role, ring))
        rows = rows | set(mine.values_list("agreement", flat=True))
    return rows


def leaked_choices(world: World, role: str, ring: str, response) -> list[str]:
    found = []
    for name, (model, keys) in choices_of(response).items():
        if model._meta.label not in EXPECTED:
            found.append(f"{name} offers {model._meta.label}, which is not in expected.py")
            continue
        beyond = keys - choosable(world, model, role, ring)
        if beyond:
            rows = [str(row) for row in model._base_manager.filter(pk__in=beyond)[:5]]
            found.append(f"{name} offers {rows}")
    return found


def posted_back(response) -> dict:
    """What a browser would send if somebody opened the page and saved it unchanged."""
    data = {}
    for value in _values(response):
        sets = value if isinstance(value, list | tuple) else (value,)
        for inline in sets:
            if isinstance(inline, InlineAdminFormSet):
                data |= _filled(inline.formset.management_form)
                for form in inline.formset.initial_forms:
                    data |= _filled(form)
            elif isinstance(inline, AdminForm):
                data |= _filled(inline.form)
    return data


def _filled(form: BaseForm) -> dict:
    data = {}
    for bound in form:
        value = bound.value()
        if value is None or value is False or bound.field.widget.needs_multipart_form:
            continue
        if isinstance(value, list | tuple):
            data[bound.html_name] = [getattr(item, "pk", item) for item in value]
        else:
            shown = bound.field.widget.format_value(value) if value is not True else "on"
            data[bound.html_name] = shown[0] if isinstance(shown, list) and shown else shown
    return {name: value for name, value in data.items() if value not in (None, [])}
