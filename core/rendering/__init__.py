"""Official documents as PDF: ``OfficialDocument`` in, bytes out, laid out after GB/T 9704-2012.

``document`` and ``blocks`` say what is printed; ``linebreak``, ``titles``, ``tables``, ``forms``, ``qr`` and
``paging`` decide where it stands; ``markup``, ``drawing`` and ``pdf`` draw it. No models, no database, no clock.

``render_pdf`` stands in ``pdf`` and is not imported here: WeasyPrint takes a second to load, which only the
processes that draw should pay.
"""

from .blocks import Column, DocumentNumber, Form, FormCell, FormRow, Heading, Paragraph, QrCode, Table
from .compose import count_pages, missing_characters
from .document import Annex, Identity, OfficialDocument

__all__ = [
    "Annex",
    "Column",
    "DocumentNumber",
    "Form",
    "FormCell",
    "FormRow",
    "Heading",
    "Identity",
    "OfficialDocument",
    "Paragraph",
    "QrCode",
    "Table",
    "count_pages",
    "missing_characters",
]
