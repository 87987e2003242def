"""Official documents as PDF: ``OfficialDocument`` in, bytes out, laid out after GB/T 9704-2012.

``document`` says what is printed; ``linebreak``, ``titles``, ``tables`` and ``paging`` decide where it stands;
``markup`` and ``pdf`` draw it. No models, no database, no clock.

``render_pdf`` stands in ``pdf`` and is not imported here: WeasyPrint takes a second to load, which only the
processes that draw should pay.
"""

from .compose import count_pages, missing_characters
from .document import Annex, Column, Heading, Identity, OfficialDocument, Paragraph, Table

__all__ = [
    "Annex",
    "Column",
    "Heading",
    "Identity",
    "OfficialDocument",
    "Paragraph",
    "Table",
    "count_pages",
    "missing_characters",
]
