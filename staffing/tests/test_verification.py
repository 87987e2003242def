"""Anybody with the paper may check it; a changed file or a guessed code learns nothing."""

import io
import subprocess
from datetime import date
from urllib.parse import urlsplit

import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from core.models import RateWindow
from core.tests.together import together
from staffing.selectors.verification import normalised_code
from staffing.services.certificate_freezing import new_code
from staffing.services.certificates import certificate_revoke
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
SITE = "https://duikou.example.gov.cn"


@pytest.fixture
def quiet_limits(settings):
    settings.VERIFY_LIMIT_SECONDS = 10**9
    settings.VERIFY_LIMIT_PER_ADDRESS = settings.VERIFY_LIMIT_TOTAL = 10**6


@pytest.fixture
def world(settings, tmp_path, quiet_limits):
    settings.MEDIA_ROOT, settings.SITE_URL = tmp_path, SITE
    made = scene()
    made.clinician.name = "欧阳文静"
    made.clinician.save()
    build.proved(made.posting, marks={date(2026, 4, 7): "AP"})
    return made


@pytest.fixture
def paper(world):
    return build.certificate(world.posting, drawn=True)


def page_of(code, client=None):
    return (client or Client()).get(reverse("verify-code", args=[code]))


def check(content, client=None, name="a.pdf"):
    return (client or Client()).post(reverse("verify-file"), {"file": SimpleUploadedFile(name, content)})


def codes_in(content: bytes) -> list[str]:
    drawn = subprocess.run(
        ["pdftoppm", "-r", "150", "-f", "1", "-l", "1", "-png", "-"],
        input=content,
        capture_output=True,
        check=True,
    ).stdout
    return [found.text for found in zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn)))]


# ---- the right paper


@pytest.mark.parametrize("kind", ["certificate", "appraisal"])
def test_the_code_on_the_drawn_page_opens_the_page_of_this_certificate(world, kind):
    type(world.posting).objects.filter(pk=world.posting.pk).update(status="ended")
    world.posting.refresh_from_db()
    made = build.certificate(world.posting, kind=kind, drawn=True)
    (address,) = codes_in(made.file.read())
    assert address.startswith(f"{SITE}/verify/")
    response = Client().get(urlsplit(address).path)
    assert response.status_code == 200 and made.number in response.content.decode()


def test_without_a_public_address_the_code_alone_is_printed(world, settings):
    settings.SITE_URL = ""
    made = build.certificate(world.posting, drawn=True)
    assert codes_in(made.file.read()) == [made.code]


def test_the_page_tells_five_things_and_nothing_else(world, paper):
    text = page_of(paper.code).content.decode()
    for shown in (paper.number, "欧阳**", "2026-03-01 至 2026-08-31", "183.5 天", "有效"):
        assert shown in text
    person = world.clinician
    hidden = (
        "文静", person.staff_no, world.hospital.name, world.clinic.name, world.posting.title,
        paper.content_hash, paper.file_sha256, world.people["bureau_officer"].name, person.name_key,
    )  # fmt: skip
    assert not [word for word in hidden if word in text]


def test_a_code_is_found_however_it_is_typed(paper):
    for typed in (
        paper.code.lower(),
        paper.code.replace("-", ""),
        paper.code.replace("-", " "),
        "".join(chr(ord(c) + 0xFEE0) if c != "-" else "－" for c in paper.code),
    ):
        assert normalised_code(typed) == paper.code
        response = Client().get(reverse("verify"), {"code": typed}, follow=True)
        assert response.status_code == 200 and paper.number in response.content.decode()


def test_a_revoked_paper_says_so_by_code_and_by_file(world, paper):
    content = paper.file.read()
    certificate_revoke(certificate=paper, reason="考勤有更正", by=world.people["bureau_officer"])
    for response in (page_of(paper.code), check(content)):
        text = response.content.decode()
        assert response.status_code == 200 and "已撤销" in text and "chip-done" not in text
        assert "考勤有更正" not in text, "the reason is not for everybody"


def test_the_file_as_it_was_issued_is_recognised(paper):
    response = check(paper.file.read())
    assert response.status_code == 200
    assert paper.number in response.content.decode() and "完全一致" in response.content.decode()


# ---- everything else


def test_one_changed_byte_is_another_file(paper):
    content = paper.file.read()
    for at in (0, len(content) // 2, len(content) - 1):
        changed = bytearray(content)
        changed[at] ^= 1
        response = check(bytes(changed))
        assert response.status_code == 404 and "不是本系统出具的文件或已被改动" in response.content.decode()
        assert paper.number not in response.content.decode()
    for other in (content + b"\n", content[:-1], b"", b"%PDF-1.4 forged"):
        assert check(other).status_code == 404


def test_wrong_codes_all_get_the_same_answer(paper):
    guessed = [
        new_code(),
        paper.code[:-1] + ("2" if paper.code[-1] != "2" else "3"),
        paper.code + "A",
        paper.code[:-5],
        "nonsense",
        "0" * 24,
        "x" * 500,
        "'; drop table x; --",
        "验证码",
        "None",
        str(paper.pk),
    ]
    answers = {(page.status_code, page.content) for page in map(page_of, guessed)}
    assert len(answers) == 1
    (status, body), *_ = answers
    assert status == 404 and "没有与这个验证码对应的证明" in body.decode()


def test_a_request_that_was_never_issued_is_not_verified(world):
    build.certificate(world.posting, status="requested")
    assert page_of("None").status_code == 404
    assert check(b"").status_code == 404


@pytest.mark.parametrize("page", ["form", "right", "wrong", "file"])
def test_nothing_is_kept_by_browsers_or_search_engines(paper, page):
    client = Client()
    response = {
        "form": lambda: client.get(reverse("verify")),
        "right": lambda: page_of(paper.code, client),
        "wrong": lambda: page_of("x", client),
        "file": lambda: check(b"x", client),
    }[page]()
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response["X-Robots-Tag"]
    assert not response.cookies


def test_a_file_too_large_is_not_even_read(settings):
    settings.VERIFY_LIMIT_SECONDS = 10**9
    size = 21 * 1024 * 1024

    class Untouched(io.BytesIO):
        def read(self, *args):
            raise AssertionError("the body was read")

    response = Client().post(
        reverse("verify-file"),
        content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(size), "wsgi.input": Untouched()},
    )
    assert response.status_code == 404 and "不是本系统出具的文件" in response.content.decode()


def test_an_upload_without_a_file_asks_for_one(quiet_limits):
    response = Client().post(reverse("verify-file"))
    assert response.status_code == 400 and "请选择要核对的 PDF 文件" in response.content.decode()
    assert "请输入验证码" in Client().get(reverse("verify"), {"code": " - "}).content.decode()


# ---- not too often


@pytest.fixture
def three(settings):
    settings.VERIFY_LIMIT_SECONDS, settings.VERIFY_LIMIT_PER_ADDRESS = 10**9, 3
    settings.VERIFY_LIMIT_TOTAL = 1000


def test_after_the_limit_right_and_wrong_codes_get_the_same_page(world, three):
    made = build.certificate(world.posting)
    client = Client()
    assert [page_of("x", client).status_code for _ in range(4)] == [404, 404, 404, 429]
    wrong, right, file = page_of("x", client), page_of(made.code, client), check(b"x", client)
    assert wrong.status_code == right.status_code == file.status_code == 429
    assert int(right["Retry-After"]) > 0 and "请稍后再试" in right.content.decode()
    assert made.number not in right.content.decode() and right["Cache-Control"] == "no-store"
    assert client.get(reverse("verify")).status_code == 200, "the form itself asks nothing"


def test_a_made_up_forwarding_header_is_no_new_visitor(three, settings):
    settings.AXES_IPWARE_PROXY_COUNT = None
    asked = [
        Client().get(reverse("verify-code", args=["x"]), HTTP_X_FORWARDED_FOR=f"1.2.3.{n}").status_code
        for n in range(4)
    ]
    assert asked == [404, 404, 404, 429]
    settings.AXES_IPWARE_PROXY_COUNT = 1
    asked = [
        Client()
        .get(reverse("verify-code", args=["x"]), HTTP_X_FORWARDED_FOR=f"1.2.3.{n}, 203.0.113.5")
        .status_code
        for n in range(4)
    ]
    assert asked == [404, 404, 404, 429]
    other = Client().get(reverse("verify-code", args=["x"]), HTTP_X_FORWARDED_FOR="203.0.113.6")
    assert other.status_code == 404


def test_all_visitors_together_have_a_limit_that_refused_ones_do_not_use_up(settings):
    settings.VERIFY_LIMIT_SECONDS, settings.VERIFY_LIMIT_PER_ADDRESS = 10**9, 2
    settings.VERIFY_LIMIT_TOTAL = 4
    flooder = [page_of("x").status_code for _ in range(20)]
    assert flooder.count(404) == 2

    def from_(address):
        return Client().get(reverse("verify-code", args=["x"]), REMOTE_ADDR=address).status_code

    assert [from_(f"10.0.0.{n}") for n in range(1, 5)] == [404, 404, 429, 429]


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_are_counted_together(settings):
    settings.VERIFY_LIMIT_SECONDS, settings.VERIFY_LIMIT_PER_ADDRESS = 10**9, 5
    answers = together(*[lambda: page_of("x").status_code for _ in range(12)])
    assert sorted(answers) == [404] * 5 + [429] * 7
    assert sorted(RateWindow.objects.values_list("count", flat=True)) == [5, 12]
