"""Photos that people hand in: taken apart and drawn anew, so that only the picture is kept.

What arrives is judged by its content, never by its name. The kept file is a fresh JPEG or PNG, turned
upright, without place, device or time data and without anything that was hidden behind the picture.
Nothing is written to disk before a photo has passed.
"""

import io
import re
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from PIL import Image, ImageFile, ImageOps

_FLAG = threading.Lock()
MEGABYTE = 1024 * 1024
LIMIT = 20 * MEGABYTE
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2400  # enough to read a sign-in sheet
THUMBNAIL_SIDE = 320
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
HEIC_ADVICE = (
    "这是苹果手机的 HEIC 照片，本系统不能打开。请在手机“设置 › 相机 › 格式”中选“兼容性最佳”后重拍，"
    "或把照片发给自己（会自动转为 JPG）后再传。"
)


@dataclass(frozen=True)
class Photo:
    """A picture ready to be kept: encoded bytes, a small one beside it, size in pixels."""

    content: bytes
    thumbnail: bytes
    suffix: str
    width: int
    height: int


def read_photo(file) -> Photo:
    """The photo in an uploaded file; ValidationError with one Chinese sentence when it cannot be taken."""
    if file.size > LIMIT:
        raise ValidationError(
            f"照片有 {file.size / MEGABYTE:.1f} MB，超过上限 {LIMIT // MEGABYTE} MB，请压缩后再传。"
        )
    file.seek(0)
    content = file.read()
    kind = _kind(content)
    width, height = _announced_size(content, kind)
    if width * height > MOST_PIXELS:
        raise ValidationError(
            f"照片有 {width} × {height} 像素，超过上限 {MOST_PIXELS // 10_000} 万像素，请缩小后再传。"
        )
    try:
        with warnings.catch_warnings(), _whole_pictures_only():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[kind]) as opened:
                opened.load()
                upright = ImageOps.exif_transpose(opened)
    except (
        OSError,
        SyntaxError,
        ValueError,
        struct.error,
        MemoryError,
        ArithmeticError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise ValidationError("照片已经损坏，打不开。请重新拍摄或换一张。") from error
    return _kept(_plain(upright), kind)


@contextmanager
def _whole_pictures_only() -> Iterator[None]:
    """Elsewhere in the process the page layout lets Pillow fill up half pictures; evidence must be whole."""
    with _FLAG:
        before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def turned(content: bytes) -> Photo:
    """A kept photo a quarter turn clockwise."""
    kind = _kind(content)
    with Image.open(io.BytesIO(content), formats=[kind]) as opened:
        return _kept(_plain(opened.transpose(Image.Transpose.ROTATE_270)), kind)


def _kept(picture: Image.Image, kind: str) -> Photo:
    suffix = ".jpg" if kind == "JPEG" else ".png"
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    small = picture.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Photo(_encoded(picture, kind), _encoded(small, "JPEG"), suffix, *picture.size)


def _kind(content: bytes) -> str:
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS:
        raise ValidationError(HEIC_ADVICE)
    if re.match(rb"\s*(<\?xml|<svg|<!doctype|<html)", content[:200], re.IGNORECASE):
        raise ValidationError("这不是照片，而是网页或 SVG 文件，不能上传。")
    raise ValidationError("只接受 JPG 或 PNG 照片，这个文件的内容不是。")


def _announced_size(content: bytes, kind: str) -> tuple[int, int]:
    """Width and height from the header alone: nothing is unpacked before they are known to be sane."""
    try:
        with Image.open(io.BytesIO(content), formats=[kind]) as opened:
            return opened.size
    except Image.DecompressionBombError:
        raise ValidationError(f"照片的像素超过上限 {MOST_PIXELS // 10_000} 万，请缩小后再传。") from None
    except (OSError, SyntaxError, ValueError, struct.error, MemoryError) as error:
        raise ValidationError("照片已经损坏，打不开。请重新拍摄或换一张。") from error


def _plain(picture: Image.Image) -> Image.Image:
    """Opaque RGB pixels in a new image: no palette, no transparency, none of the old file's data."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    plain = Image.new("RGB", picture.size)
    plain.paste(picture.convert("RGB"))
    return plain


def _encoded(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "JPEG":
        picture.save(out, "JPEG", quality=85, optimize=True)
    else:
        picture.save(out, "PNG", optimize=True)
    return out.getvalue()
