"""The QR code (GB/T 18284) as one vector path: dark modules only, with the quiet zone the standard asks for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .grid import LINE, PITCH
from .linebreak import Line

QR_LINES = 3
QR_UNITS = QR_LINES * LINE
QR_SIDE = QR_LINES * PITCH
QUIET = 4  # modules left blank on every side
GAP = 6.0  # pt between the code and the lines beside it


@dataclass(frozen=True, slots=True)
class QrBox:
    """A code ready to be put on a page: its path in modules, and the lines of text to its right."""

    path: str
    modules: int  # a side, quiet zone included
    lines: tuple[Line, ...]
    block: int


@lru_cache(maxsize=64)
def qr_path(text: str) -> tuple[str, int]:
    """(SVG path of the dark modules, modules a side with the quiet zone). Correction level M: 15 %."""
    from qrcode import QRCode
    from qrcode.constants import ERROR_CORRECT_M

    code = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    parts = []
    for y, row in enumerate(matrix, start=QUIET):
        start = None
        for x, dark in enumerate([*row, False]):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                parts.append(f"M{start + QUIET} {y}h{x - start}v1h-{x - start}z")
                start = None
    return "".join(parts), len(matrix) + 2 * QUIET
