"""The list pages of this room: what each filters, sorts, sums and exports."""

from staffing.lists import (  # noqa: F401
    activities,
    attendance,
    certificates,
    people,
    postings,
    promotion,
    similar_texts,
    teaching,
)
