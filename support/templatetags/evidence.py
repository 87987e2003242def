"""Evidence files in templates: what a form or a detail page shows, with one statement."""

from django import template

from support.evidence_kinds import kind_called
from support.models.evidence import EvidenceFile
from support.selectors.evidence import evidence_of, may_add
from support.services.evidence import MOST_BYTES, MOST_FILES

register = template.Library()


@register.simple_tag(takes_context=True)
def evidence_files(context, kind: str, record=None, entry_key=None) -> dict:
    """``rows``, whether the reader may change them (``editable``), the kinds to choose from and the limits."""
    of, user = kind_called(kind), context["request"].user
    return {
        "rows": list(evidence_of(of=of, user=user, record=record or None, entry_key=entry_key or None)),
        "editable": may_add(of=of, user=user, record=record or None),
        "kinds": EvidenceFile.Kind.choices,
        "most": MOST_FILES,
        "megabytes": MOST_BYTES // (1024 * 1024),
    }
