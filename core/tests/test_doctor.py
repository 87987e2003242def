"""The doctor tells real troubles apart and names a mend for each."""

import io
import os
import subprocess
import sys
import sysconfig
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import time_machine
from django.conf import settings as real_settings
from django.core.management import call_command
from django.utils import timezone
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from core import doctor, fonts
from core.doctor import (
    broker,
    clock,
    database,
    media,
    public_address,
    rare_names,
    security,
    worker,
)
from core.doctor import fonts as font_checks
from core.doctor.finding import FAIL, OK, WARN
from core.models import ServiceBeat
from ops.valkey import Valkey

RARE = rare_names.RARE
NOWHERE = "\U0010fff0"  # private use, in no font


@pytest.fixture(autouse=True)
def fresh_fonts():
    fonts.clear_cache()
    yield
    fonts.clear_cache()


def make_font(path, family, chars, blank=""):
    """A small font file: a square for each character, nothing at all for the blank ones."""
    pen = TTGlyphPen(None)
    for index, point in enumerate([(0, 0), (0, 800), (800, 800), (800, 0)]):
        (pen.lineTo if index else pen.moveTo)(point)
    pen.closePath()
    square, nothing = pen.glyph(), TTGlyphPen(None).glyph()
    names = {char: f"u{ord(char):05X}" for char in chars + blank}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(char): name for char, name in names.items()})
    glyphs = {name: nothing if char in blank else square for char, name in names.items()}
    builder.setupGlyf({".notdef": square, **glyphs})
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names.values()], (1000, 0)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "fullName": family})
    builder.setupOS2(sTypoAscender=880, usWinAscent=880, usWinDescent=120)
    builder.setupPost()
    builder.save(path)
    return path


# ---- fonts


def test_licensed_fonts_come_first_and_are_known_by_their_inner_name(tmp_path, settings):
    make_font(tmp_path / "a1.ttf", "仿宋_GB2312", "年度")
    make_font(tmp_path / "a2.ttf", "方正小标宋简体", "年度")
    make_font(tmp_path / "仿宋.ttf", "Some Latin Face", "年度")
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    settings.FONT_DIR = str(tmp_path)
    faces = fonts.font_faces()
    assert [(face.label, face.licensed) for face in faces[fonts.FANGSONG]][0] == ("仿宋_GB2312", True)
    assert faces[fonts.XIAOBIAOSONG][0].path == tmp_path / "a2.ttf"
    assert all(face.path.name != "仿宋.ttf" for stack in faces.values() for face in stack)
    assert fonts.uses_stand_ins() == ["楷体", "黑体", "宋体"]
    finding = font_checks.document_fonts()
    assert "仿宋：仿宋_GB2312（正版）" in finding.text
    assert "（替代）" in finding.text


def test_every_stack_ends_in_a_font_that_has_everything(settings):
    settings.FONT_DIR = ""
    for role in fonts.ROLES:
        last = fonts.font_faces()[role][-1]
        assert len(fonts.character_codes(last)) > 20_000, role
        assert fonts.missing_characters(RARE, role) == ""
    assert fonts.missing_characters(f"年 度{NOWHERE}年") == NOWHERE


def test_css_names_only_existing_files_and_real_families():
    css = fonts.font_face_css()
    for role in fonts.ROLES:
        assert f"--font-{role}: {fonts.font_stack(role)};" in css
        for face in fonts.font_faces()[role]:
            assert face.path.is_file()
            assert (face.path.as_uri() in css) == face.by_url
    assert {
        face.path.parent for stack in fonts.font_faces().values() for face in stack if face.by_url
    } == set(fonts.font_folders())


def test_without_stand_ins_the_doctor_says_which_faces_suffer(tmp_path, settings, monkeypatch):
    settings.DATA_DIR, settings.FONT_DIR = tmp_path, ""
    monkeypatch.setattr(fonts, "_SYSTEM_FOLDERS", (str(tmp_path),))
    finding = font_checks.document_fonts()
    assert finding.level == WARN
    assert "仿宋、楷体、小标宋没有相近的替代字体" in finding.text
    assert "./run fonts" in finding.mend


# ---- rare characters, on a page that is really rendered


def test_rare_characters_have_glyphs_on_the_page(settings):
    settings.FONT_DIR = ""
    finding = rare_names.rare_names()
    assert finding.level == OK, finding
    assert f"{len(RARE)} 个生僻字" in finding.text


def test_a_character_without_any_glyph_is_told(settings):
    settings.FONT_DIR = ""
    shown = rare_names.glyphs_shown(f"年{NOWHERE}")
    assert shown["年"]
    assert shown[NOWHERE] == ""


def test_a_glyph_without_ink_is_told(tmp_path, settings, monkeypatch):
    make_font(tmp_path / "f.ttf", "仿宋_GB2312", "䶮", blank="喆")
    settings.FONT_DIR = str(tmp_path)
    monkeypatch.setattr(rare_names, "RARE", "䶮喆")
    finding = rare_names.rare_names()
    assert finding.level == WARN
    assert finding.text.endswith("会印成空框：喆")


def test_a_character_borrowed_from_the_system_is_told(tmp_path, settings, monkeypatch):
    """With a stack of one small font the renderer must search the system, which is slow."""
    make_font(tmp_path / "f.ttf", "仿宋_GB2312", "䶮")
    settings.FONT_DIR, settings.DATA_DIR = str(tmp_path), tmp_path
    monkeypatch.setattr(fonts, "_SYSTEM_FOLDERS", ())
    monkeypatch.setattr(fonts, "STAND_IN_PACKAGE", "no_such_package")
    monkeypatch.setattr(rare_names, "RARE", "䶮喆")
    finding = rare_names.rare_names()
    assert finding.level == WARN
    assert finding.text.endswith("生成会变慢：喆")


# ---- database, queue, worker


@pytest.mark.django_db
def test_the_database_is_in_order():
    assert database.connects().level == OK
    assert database.extensions().level == OK


@pytest.mark.django_db
def test_the_server_s_time_zone_is_seen_not_the_connection_s():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'")
        zone = cursor.fetchone()[0]
    assert database.time_zone().level == (OK if zone in ("Asia/Shanghai", "PRC") else WARN)
    assert zone in database.time_zone().text


@pytest.fixture
def queue(tmp_path, settings):
    """A queue of its own, since its settings are changed."""
    packages = Path(sysconfig.get_path("purelib"))
    server = Valkey(tmp_path / "valkey", log=tmp_path / "valkey.log", packages=packages)
    service = server.start()
    settings.REDIS_URL = server.url
    yield server
    service.stop()


def test_the_queue_is_in_order(queue):
    assert broker.answers().level == OK
    assert broker.keeps_messages().level == OK


def test_a_queue_that_drops_or_forgets_messages_is_told(queue):
    client = redis.Redis.from_url(queue.url)
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.config_set("appendonly", "no")
    finding = broker.keeps_messages()
    assert finding.level == WARN
    assert "内存不足时会丢弃消息" in finding.text
    assert "重启后会忘记排队的消息" in finding.text
    assert (
        "redis-cli CONFIG SET maxmemory-policy noeviction；redis-cli CONFIG SET appendonly yes"
        in finding.mend
    )


def test_a_wrong_queue_password_and_a_dead_queue_are_told_without_the_password(queue, settings):
    settings.REDIS_URL = queue.url.replace(queue.password, "hunter2")
    finding = broker.answers()
    assert (finding.level, "密码" in finding.text) == (FAIL, True)
    assert "hunter2" not in finding.text + finding.mend
    settings.REDIS_URL = "redis://:hunter2@127.0.0.1:1/0"
    for check in (broker.answers, broker.keeps_messages):
        finding = check()
        assert finding.level == FAIL
        assert "hunter2" not in finding.text + finding.mend
    assert "127.0.0.1:1（没有服务在这个端口）" in broker.answers().text


@pytest.mark.django_db
def test_the_worker_s_sign_of_life():
    ServiceBeat.objects.all().delete()
    assert worker.worker_alive().level == FAIL
    beat = ServiceBeat.objects.create(name="sweeper", seen_at=timezone.now() - timedelta(seconds=30))
    assert worker.worker_alive().level == OK
    ServiceBeat.objects.filter(pk=beat.pk).update(seen_at=timezone.now() - timedelta(minutes=3))
    finding = worker.worker_alive()
    assert finding.level == FAIL
    assert "最后一次是" in finding.text


# ---- folder, clock, settings


def test_a_media_folder_that_cannot_be_written_is_told(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    assert media.media_folder().level == OK
    assert list((tmp_path / "media").iterdir()) == []
    (tmp_path / "file").write_text("")
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    finding = media.media_folder()
    assert finding.level == FAIL
    assert str(settings.MEDIA_ROOT) in finding.mend


@pytest.mark.django_db
def test_a_clock_that_differs_from_the_database_is_told():
    assert clock.clock().level == OK
    for seconds, level in ((20, WARN), (120, FAIL), (-120, FAIL)):
        with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
            finding = clock.clock()
        assert finding.level == level
        assert f"相差 {abs(seconds)} 秒" in finding.text


def test_a_wrong_zone_is_told(settings):
    settings.TIME_ZONE = "UTC"
    assert clock.clock().level == FAIL


GOOD = "k3V9x" * 12


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, OK),
        ({"SECRET_KEY": "short"}, FAIL),
        ({"SECRET_KEY": "django-insecure-" + GOOD}, FAIL),
        ({"SECRET_KEY": "short", "PRODUCTION": False}, WARN),
        ({"DEBUG": True}, FAIL),
        ({"ALLOWED_HOSTS": ["*"]}, WARN),
        ({"ALLOWED_HOSTS": ["*"], "PRODUCTION": False}, OK),
        ({"HTTPS": False}, WARN),
    ],
)
def test_secret_and_switches(settings, changes, level):
    safe = {
        "SECRET_KEY": GOOD,
        "PRODUCTION": True,
        "DEBUG": False,
        "ALLOWED_HOSTS": ["a.gov.cn"],
        "HTTPS": True,
    }
    for name, value in (safe | changes).items():
        setattr(settings, name, value)
    finding = security.settings_are_safe()
    assert finding.level == level
    assert bool(finding.mend) == (level != OK)
    assert GOOD not in finding.text


# ---- the command


@pytest.mark.django_db
def test_the_command_lists_all_and_brief_only_what_needs_a_hand():
    ServiceBeat.objects.all().delete()
    full, brief = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=full)
    assert ended.value.code == 1
    for name in doctor.CHECKS:
        assert f"] {name}：" in full.getvalue()
    assert "[有误] 后台任务" in full.getvalue()
    try:
        call_command("doctor", "--brief", "--starting", stdout=brief)
    except SystemExit as wrong:
        pytest.fail(f"{wrong}: {brief.getvalue()}")
    assert "后台任务" not in brief.getvalue()
    assert "[正常]" not in brief.getvalue()
    assert brief.getvalue().splitlines()[-1].startswith("体检：正常 ")


def test_a_check_that_breaks_does_not_hide_the_others(monkeypatch):
    def broken():
        raise RuntimeError("boom")

    monkeypatch.setattr(doctor, "CHECKS", {"坏": broken, "好": font_checks.subset_library})
    (_, first), (_, second) = doctor.examine()
    assert (first.level, second.level) == (FAIL, OK)
    assert "boom" in first.text


def test_without_database_and_queue_it_still_tells_everything():
    env = os.environ | {
        "DATABASE_URL": "postgres://u:hunter2@127.0.0.1:1/x",
        "REDIS_URL": "redis://:hunter2@127.0.0.1:1/0",
        "APP_ENV": "test",
        "PYTHONUTF8": "1",
    }
    result = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=real_settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
    )
    assert result.returncode == 1, result.stderr
    for name in ("数据库连接", "数据库扩展", "消息队列", "消息队列保存", "后台任务"):
        assert f"[有误] {name}：" in result.stdout
    assert "没有服务在这个端口" in result.stdout
    assert "Traceback" not in result.stdout + result.stderr
    assert "hunter2" not in result.stdout + result.stderr
    assert result.stdout.count("处理：") == sum(result.stdout.count(mark) for mark in ("[有误]", "[提醒]"))


# ---- the address on certificates


@pytest.mark.parametrize(
    ("address", "level", "told"),
    [
        ("https://duikou.example.gov.cn", OK, "duikou"),
        ("https://duikou.example.gov.cn:8443/x", OK, "8443"),
        ("", WARN, "没有设置 SITE_URL"),
        ("duikou.example.gov.cn", WARN, "不是以 http"),
        ("https://", WARN, "不是以 http"),
        ("https://[::1", WARN, "不是以 http"),
        ("https://对口.cn", WARN, "不是以 http"),
        ("https://other.gov.cn", WARN, "不在 ALLOWED_HOSTS"),
        ("http://duikou.example.gov.cn", WARN, "系统使用 HTTPS"),
    ],
)
def test_public_address(settings, address, level, told):
    settings.SITE_URL, settings.ALLOWED_HOSTS = address, ["duikou.example.gov.cn"]
    settings.PRODUCTION = settings.HTTPS = True
    finding = public_address.public_address()
    assert finding.level == level and told in finding.text
    assert bool(finding.mend) == (level != OK)
