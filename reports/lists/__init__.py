"""The list pages of this room: what each filters, sorts, sums and exports."""

from reports.lists import cycles, deadlines, returns, summaries  # noqa: F401
