"""Files as people hand them in."""

import io

from PIL import Image


def png(size: tuple[int, int] = (4, 3), colour: str = "navy") -> bytes:
    """A genuine small picture."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()
