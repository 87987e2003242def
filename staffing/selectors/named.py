"""Finding clinicians as one types them: part of the name, pinyin or its initials, the staff number."""

from django.db.models import Q

from accounts.selectors.named import by_pinyin


def people_named(text: str, path: str = "") -> Q:
    """``path``: the lookup to the clinician, "" for clinicians themselves."""
    lead = f"{path}__" if path else ""
    return (
        Q(**{f"{lead}name__icontains": text})
        | by_pinyin(text, f"{lead}name_key", f"{lead}name_initials")
        | Q(**{f"{lead}staff_no__istartswith": text})
    )
