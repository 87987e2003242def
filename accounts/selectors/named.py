"""Finding organisations and people as one types them: a part of the name, or pinyin from its beginning."""

from django.db.models import Q

from core.pinyin import typed

PINYIN = ("name_key", "name_pinyin")


def by_pinyin(text: str, *paths: str) -> Q:
    """One of the stored keys begins with what was typed; nothing for texts with Chinese in them."""
    key, found = typed(text), Q(pk__in=[])
    if key.isascii() and key:
        for path in paths:
            found |= Q(**{f"{path}__startswith": key})
    return found


def organisations_named(text: str, path: str = "") -> Q:
    """``path``: the lookup to the organisation, "" for organisations themselves."""
    lead = f"{path}__" if path else ""
    return (
        Q(**{f"{lead}name__icontains": text})
        | Q(**{f"{lead}short_name__icontains": text})
        | by_pinyin(text, *(f"{lead}{name}" for name in PINYIN))
    )
