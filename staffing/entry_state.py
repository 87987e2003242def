"""A form's values as texts, {field name: [typed texts]}: kept as a draft or template and put back later.

What is put back is only shown: every value is judged anew when the form is sent.
"""

import re
from collections.abc import Iterable, Mapping

FORMSETS = ("outcomes", "findings")
ROW = re.compile(rf"({'|'.join(FORMSETS)})-(\d{{1,2}})-(\w+)")
# what belongs to one entry and never to a template
OF_ONE_ENTRY = {"client_key", "start_on", "end_on", "days", "filing_number", "filed_on", "replace_reason"}
MANY = {"participants"}

State = dict[str, list[str]]


def state_of(data, names: Iterable[str]) -> State:
    """Of a posted form (QueryDict): the named fields and the rows of the formsets, without empty ones."""
    known = set(names)
    found = {}
    for name in data:
        if name in known or ROW.fullmatch(name):
            values = [text.replace("\x00", "") for text in data.getlist(name) if text.strip()]
            if values:
                found[name] = values
    return found


def for_template(state: Mapping[str, list[str]]) -> State:
    """Without what belongs to the one entry; the dates of named results are the entry's, too."""
    return {
        name: values
        for name, values in state.items()
        if name not in OF_ONE_ENTRY and not name.endswith(("-first_on", "-DELETE"))
    }


def initial_of(state: Mapping[str, list[str]]) -> dict:
    """First values of the form: lists where several may be chosen."""
    return {
        name: values if name in MANY else values[0]
        for name, values in state.items()
        if not ROW.fullmatch(name) and values
    }


def rows_of(state: Mapping[str, list[str]], prefix: str) -> list[dict[str, str]]:
    """First values of a formset, without rows that were to be removed."""
    rows: dict[int, dict[str, str]] = {}
    for name, values in state.items():
        found = ROW.fullmatch(name)
        if found and found[1] == prefix and values:
            rows.setdefault(int(found[2]), {})[found[3]] = values[0]
    return [row for _, row in sorted(rows.items()) if "DELETE" not in row]


def says_something(state: Mapping[str, list[str]]) -> bool:
    """Whether somebody typed more than what the form brought along."""
    return any(name not in {"client_key", "agreement", "start_on"} for name in state)
