"""Hostile uploads over HTTP: a clear sentence or something harmless, never a 500, nothing left behind.

PDFs with scripts are refused where they say so openly; any PDF is handed out as a download in a sandbox only.
"""

import io
import random
import struct
import uuid
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from core.tests.test_photos import chunk, picture, png_header
from staffing.models import ActivityEvidence
from testing.files import PDF
from testing.scene import scene

pytestmark = pytest.mark.django_db
UPLOAD = "/evidence/activity/"
SCRIPT = b"<html><script>alert(1)</script></html>"


@pytest.fixture
def sender(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = scene()
    client.force_login(world.people["hospital_coordinator"])
    return client


def on_disk() -> list[Path]:
    folder = Path(default_storage.path("evidence"))
    return sorted(folder.iterdir()) if folder.exists() else []


def send(client, content: bytes, name="照片.jpg", content_type="image/jpeg", **fields):
    data = {"upload_key": uuid.uuid4(), "entry_key": uuid.uuid4()} | fields
    data["file"] = SimpleUploadedFile("x", content, content_type)
    data["file"]._name = name  # past Django's own tidying of names, as a hostile browser would
    return client.post(UPLOAD, data, headers={"accept": "application/json"})


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("run.js", "alert(1)")
    return out.getvalue()


def pdf_with(body: bytes) -> bytes:
    return PDF.replace(b"/Type/Catalog", b"/Type/Catalog" + body)


def exif_jpeg(block: bytes) -> bytes:
    jpeg = picture()
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 8) + b"Exif\x00\x00" + block + jpeg[2:]


ENTRY = b"\x01\x12\x00\x03\xff\xff\xff\xff\x00\x00\x00\x08"
LOOPING = b"MM\x00*\x00\x00\x00\x08" + b"\x00\x01" + ENTRY + b"\x00\x00\x00\x08"
HUGE = b"MM\x00*\x00\x00\x00\x08" + b"\xff\xff" + ENTRY * 5000
BOMB = zlib.compress(b"\0" * 100_000_000, 9)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "空"),
        (b"\xff\xd8\xff", "损坏"),
        (picture()[:200], "损坏"),
        (picture(kind="PNG")[:60], "损坏"),
        (PDF[:60], "不完整"),
        (png_header(50_000, 50_000) + chunk(b"IDAT", b"x"), "像素"),
        (png_header(7_000, 7_500) + chunk(b"IDAT", BOMB), "像素"),
        (png_header(2_000, 2_000) + chunk(b"IDAT", zlib.compress(b"\0" * 50)), "损坏"),
        (archive(), "只接受 JPG 或 PNG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><!DOCTYPE svg><svg onload="alert(1)"/>', "只接受 JPG 或 PNG|SVG"),
        (SCRIPT, "网页"),
        (b"GIF89a" + SCRIPT, "只接受 JPG 或 PNG"),
        (b"<?php system($_GET[0]); ?>", "只接受 JPG 或 PNG"),
        (b"MZ\x90\x00" + b"\0" * 100, "只接受 JPG 或 PNG"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "HEIC"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "只接受 JPG 或 PNG"),
        (pdf_with(b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"), "脚本"),
    ],
)
def test_refused_with_the_reason_and_nothing_is_left(sender, content, part):
    answer = send(sender, content)
    (message,) = answer.json()["errors"]
    assert answer.status_code == 422 and any(word in message for word in part.split("|"))
    assert on_disk() == [] and not ActivityEvidence.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"/OpenAction<</S/JavaScript/JS(app.alert)>>",
        b"/OpenAction<</S/J#61vaScript>>",
        b"/AA<</O<</S/Launch/F(cmd.exe)>>>>",
        b"/Names<</EmbeddedFiles 9 0 R>>",
    ],
)
def test_papers_that_run_something_are_refused(sender, body):
    answer = send(sender, pdf_with(body), name="签到表.pdf", content_type="application/pdf")
    assert answer.status_code == 422 and "脚本" in answer.json()["errors"][0]
    assert on_disk() == []


POLYGLOTS = [picture() + tail for tail in (SCRIPT, archive(), b"<?php system($_GET[0]); ?>", b"%PDF-1.7")]
POLYGLOTS += [picture(kind="PNG") + tail for tail in (SCRIPT, archive())]
POLYGLOTS += [picture(comment=SCRIPT), exif_jpeg(LOOPING), exif_jpeg(HUGE), exif_jpeg(b"MM\x00*")]


@pytest.mark.parametrize("content", POLYGLOTS)
def test_what_is_a_picture_after_all_keeps_only_the_picture(sender, content):
    answer = send(sender, content, name="x.php.jpg")
    assert answer.status_code == 201
    row = ActivityEvidence.objects.get()
    kept = row.file.open().read()
    for hidden in (b"<script", b"PK\x03\x04", b"<?php", b"%PDF", b"Exif"):
        assert hidden not in kept and hidden not in row.thumbnail.open().read()
    assert len(on_disk()) == 2


@pytest.mark.parametrize("name", [b"iCCP", b"zTXt", b"iTXt", b"tEXt", b"eXIf"])
def test_bombs_beside_the_picture_do_not_go_off(sender, name):
    body = picture(kind="PNG")
    answer = send(sender, body[:33] + chunk(name, b"k\0\0" + BOMB) + body[33:])
    assert answer.status_code in (201, 422)
    assert len(on_disk()) == (2 if answer.status_code == 201 else 0)
    assert all(path.stat().st_size < 10_000 for path in on_disk())


def test_large_texts_within_a_png_are_dropped(sender):
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "x" * 500_000, zip=True)
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "PNG", pnginfo=info)
    assert send(sender, out.getvalue()).status_code == 201
    assert b"Comment" not in ActivityEvidence.objects.get().file.open().read()


@pytest.mark.parametrize(
    "name",
    [
        "../../x.jpg",
        "..\\..\\x.jpg",
        "/etc/passwd",
        "a\0.jpg",
        "长" * 300 + ".jpg",
        "\u202egpj.exe",
        "x.svg",
        "x.html",
        "<img onerror=alert(1)>.jpg",
        "con.jpg",
        ".htaccess",
        "a;b\r\nSet-Cookie: x=1.jpg",
    ],
)
@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml"])
def test_names_and_types_that_lie_reach_neither_the_disk_nor_a_browser(sender, name, content_type):
    answer = send(sender, picture(), name=name, content_type=content_type)
    assert answer.status_code in (201, 422)  # Django drops a file whose name is no name
    for path in on_disk():
        uuid.UUID(path.stem)
        assert path.suffix == ".jpg"
    for row in ActivityEvidence.objects.all():
        served = sender.get(reverse("evidence-file", args=["activity", row.pk]))
        assert served["Content-Type"] == "image/jpeg"
        assert (
            served["Content-Disposition"].startswith("inline;") and "x." not in served["Content-Disposition"]
        )


def test_hostile_captions_are_shown_as_text(sender):
    answer = send(sender, picture(), caption='"><script>alert(1)</script>\u202e\0')
    assert answer.status_code == 201
    html = answer.json()["html"]
    assert "<script" not in html and "&lt;script&gt;" in html and "\u202e" not in html


def test_thirty_one_files(sender, monkeypatch):
    entry = uuid.uuid4()
    answers = [send(sender, picture((8, 8)), entry_key=entry) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [201] * 30 + [422]
    assert answers[-1].json()["errors"] == ["一条记录最多 30 个文件，已经有 30 个。"]
    assert len(on_disk()) == 60


def test_sent_twice_is_one_file(sender):
    key, entry = uuid.uuid4(), uuid.uuid4()
    first, again = (send(sender, picture(), upload_key=key, entry_key=entry).json() for _ in range(2))
    assert first["id"] == again["id"] and len(on_disk()) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"upload_key": "x"},
        {"entry_key": ""},
        {"upload_key": "0" * 5000},
        {"kind": "nonsense"},
        {"kind": "photo\0"},
    ],
)
def test_broken_requests(sender, fields):
    answer = send(sender, picture(), **fields)
    assert answer.status_code == 422 and answer.json()["errors"] and on_disk() == []


@pytest.mark.parametrize("record", ["abc", "-1", "9" * 30, "1'--", "1\0"])
def test_records_that_do_not_exist(sender, record):
    assert send(sender, picture(), record=record).status_code == 404 and on_disk() == []


def test_without_a_file_and_of_an_unknown_kind(sender):
    keys = {"upload_key": uuid.uuid4(), "entry_key": uuid.uuid4()}
    assert sender.post(UPLOAD, keys).status_code == 422
    assert sender.post(UPLOAD, keys | {"file": "text"}).status_code == 422
    assert sender.post("/evidence/nothing/", keys).status_code == 404


@profile(max_examples=60)
@given(st.integers(0, 2**32), st.sampled_from(["JPEG", "PNG", "PDF"]))
def test_damaged_files_are_taken_or_refused(sender, seed, kind):
    dice = random.Random(seed)
    content = bytearray(PDF if kind == "PDF" else picture(kind=kind))
    for _ in range(dice.randint(1, 12)):
        content[dice.randrange(len(content))] = dice.randrange(256)
    content = bytes(content[: dice.randint(1, len(content))])
    files = len(on_disk())
    answer = send(sender, content, name=f"a.{kind.lower()}")
    assert answer.status_code in (201, 422)
    assert len(on_disk()) - files in ((1, 2) if answer.status_code == 201 else (0,))
