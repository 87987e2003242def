"""The list pages of this room: what each filters, sorts, sums and exports."""

from support.lists import agreements, donations, outcomes  # noqa: F401
