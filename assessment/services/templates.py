"""Score templates as versions: what has been used is never rewritten, the next version is."""

from django.db import transaction

from assessment.models import ScoreTemplate


@transaction.atomic
def template_new_version(*, template: ScoreTemplate) -> ScoreTemplate:
    """A copy with all items and bands under the next version number, not yet dated."""
    newest = ScoreTemplate.objects.filter(code=template.code).order_by("-version").first()
    copy = ScoreTemplate.objects.create(
        code=template.code,
        version=newest.version + 1,
        name=template.name,
        subject=template.subject,
        basis=template.basis,
    )
    for row in [*template.items.all(), *template.bands.all()]:
        row.pk, row._state.adding, row.template = None, True, copy
        row.save()
    return copy
