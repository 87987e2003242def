"""Photos: upright, without place data, drawn anew; hostile files get a sentence and never a crash."""

import io
import random
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.photos import LONGEST_SIDE, THUMBNAIL_SIDE, read_photo

GPS, ORIENTATION, MODEL = 0x8825, 0x0112, 0x0110


def picture(size=(60, 40), kind="JPEG", mode="RGB", **options) -> bytes:
    """Left half red, right half blue, so that turning can be seen."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    out = io.BytesIO()
    image.convert(mode).save(out, kind, **options)
    return out.getvalue()


def take(content: bytes, name="照片.jpg"):
    return read_photo(SimpleUploadedFile(name, content))


def refused(content: bytes, name="照片.jpg") -> str:
    with pytest.raises(ValidationError) as caught:
        take(content, name)
    (message,) = caught.value.messages
    return message


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_header(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


@pytest.mark.parametrize(("kind", "suffix"), [("JPEG", ".jpg"), ("PNG", ".png")])
def test_kept_as_what_it_is_whatever_it_is_called(kind, suffix):
    photo = take(picture(kind=kind), name="../../etc/passwd.exe")
    assert (photo.suffix, photo.width, photo.height) == (suffix, 60, 40)
    assert opened(photo.content).format == kind and opened(photo.thumbnail).format == "JPEG"


def test_turned_upright_and_without_place_data():
    exif = Image.Exif()
    exif[ORIENTATION], exif[MODEL] = 6, "某型号手机"
    exif.get_ifd(GPS)[2] = (24.0, 20.0, 30.0)
    sent = picture(exif=exif)
    assert opened(sent).getexif().get_ifd(GPS)
    photo = take(sent)
    kept = opened(photo.content)
    assert (photo.width, photo.height) == kept.size == (40, 60)
    red, _, blue = kept.convert("RGB").getpixel((20, 5))
    assert red > 200 > 60 > blue
    for content in (photo.content, photo.thumbnail):
        assert not opened(content).getexif() and "某型号".encode() not in content


def test_large_photos_are_made_smaller_and_have_a_thumbnail():
    photo = take(picture((4000, 3000)))
    assert max(opened(photo.content).size) == LONGEST_SIDE == max(photo.width, photo.height)
    assert max(opened(photo.thumbnail).size) == THUMBNAIL_SIDE


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "I;16"])
def test_every_kind_of_pixel(mode):
    assert opened(take(picture(kind="PNG", mode=mode)).content).mode == "RGB"


def test_what_was_hidden_behind_the_picture_is_gone():
    for tail in (b"<script>alert(1)</script>", b"PK\x03\x04 archive", b"%PDF-1.7"):
        for kind in ("JPEG", "PNG"):
            photo = take(picture(kind=kind) + tail)
            assert tail not in photo.content
    commented = picture(comment=b"<?php system($_GET[0]); ?>")
    assert b"<?php" in commented and b"<?php" not in take(commented).content


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "HEIC"),
        (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "SVG"),
        (b"  <SVG><script>alert(1)</script></SVG>", "SVG"),
        (b"<html><script>alert(1)</script>", "网页"),
        (b"GIF89a....", "只接受 JPG 或 PNG"),
        (b"MZ\x90\x00", "只接受 JPG 或 PNG"),
        (b"", "只接受 JPG 或 PNG"),
        (b"\xff\xd8\xff", "损坏"),
        (png_header(10, 10), "损坏"),
        (png_header(50_000, 50_000) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000)), "像素"),
        (png_header(0, 10), "损坏"),
        (png_header(9_000, 9_000) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000)), "9000 × 9000 像素"),
    ],
)
def test_others_are_refused_with_the_reason(content, part):
    assert part in refused(content)


def test_too_many_bytes():
    assert refused(picture() + b"\0" * (21 * 1024 * 1024)) == "照片有 21.0 MB，超过上限 20 MB，请压缩后再传。"


def test_a_bomb_in_a_text_chunk_or_in_exif_does_not_blow_up():
    bomb = zlib.compress(b"\0" * 200_000_000, 9)
    body = picture(kind="PNG")
    for name in (b"zTXt", b"iCCP"):
        sent = body[:33] + chunk(name, b"k\0\0" + bomb) + body[33:]
        try:
            kept = take(sent).content
        except ValidationError as error:
            assert "损坏" in error.messages[0]
        else:
            assert len(kept) < 10_000
    exif = (
        b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff"
        + b"\x01\x12\x00\x03\xff\xff\xff\xff\x00\x00\x00\x08" * 50
    )
    jpeg = picture()
    sent = jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:]
    assert take(sent).width == 60


@given(st.integers(0, 2**32), st.sampled_from(["JPEG", "PNG"]))
def test_damaged_files_are_taken_or_refused_never_a_crash(seed, kind):
    dice = random.Random(seed)
    content = bytearray(picture(kind=kind))
    for _ in range(dice.randint(1, 12)):
        content[dice.randrange(3, len(content))] = dice.randrange(256)
    content = bytes(content[: dice.randint(4, len(content))])
    try:
        photo = take(content)
    except ValidationError as error:
        assert len(error.messages) == 1
    else:
        assert opened(photo.content).size == (photo.width, photo.height)
