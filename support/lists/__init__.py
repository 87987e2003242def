"""The list pages of this room: what each filters, sorts, sums and exports."""

from support.lists import agreements, disputes, donations, outcome_values, outcomes  # noqa: F401
