"""The list pages of this room: what each filters, sorts, sums and exports."""

from accounts.lists import notices  # noqa: F401
