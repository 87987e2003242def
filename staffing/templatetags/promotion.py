"""Whether a page may point to somebody's ledger of promotion service."""

from django import template

from staffing.models import Clinician

register = template.Library()


@register.simple_tag(takes_context=True)
def sees_ledger(context, person: Clinician) -> bool:
    """Whose people they are, and the person; a partner sees the postings, not the ledger."""
    user = context["user"]
    return (
        user.has_perm("staffing.view_promotion")
        and Clinician.objects.owned_by(user).filter(pk=person.pk).exists()
    )
