"""The registry with every figure declared: ``FIGURES[code].value(frame)``."""

from reports.figures import activities, others, postings  # noqa: F401
from reports.figures.frame import Frame, default_edition, fitting_editions
from reports.figures.registry import FIGURES, Figure

__all__ = ["FIGURES", "Figure", "Frame", "default_edition", "fitting_editions"]
