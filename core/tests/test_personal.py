"""Encryption of personal data: readable with its key alone, also while keys are being changed."""

import base64
import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from core import personal

NEW, OLD, OTHER = (base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() for _ in range(3))


@given(st.text())
def test_what_goes_in_comes_out(text):
    token = personal.encrypt(text)
    assert personal.decrypt(token) == text
    assert text == "" or text not in token or len(text) < 3


@given(st.binary(max_size=200))
def test_sealed_files_come_back(data):
    assert personal.unseal(personal.seal(data)) == data
    with pytest.raises(personal.KeyMissing):
        personal.unseal(data)


def test_equal_texts_do_not_look_equal():
    assert personal.encrypt("13812341234") != personal.encrypt("13812341234")
    assert personal.keyed_hash("13812341234") == personal.keyed_hash("13812341234")


def test_an_older_key_still_reads_and_finds(settings):
    settings.PERSONAL_DATA_KEYS = [OLD]
    token, known, name = personal.encrypt("110"), personal.keyed_hash("110"), personal.fingerprint()
    settings.PERSONAL_DATA_KEYS = [NEW, OLD]
    assert personal.decrypt(token) == "110"
    assert known in personal.all_hashes("110") and personal.keyed_hash("110") != known
    assert personal.fingerprint() != name == personal.fingerprint(OLD)
    settings.PERSONAL_DATA_KEYS = [NEW]
    with pytest.raises(personal.KeyMissing):
        personal.decrypt(token)


def test_a_changed_token_is_refused():
    token = personal.encrypt("11010519491231002X")
    middle = len(token) // 2
    with pytest.raises(personal.KeyMissing):
        personal.decrypt(token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :])


@pytest.mark.parametrize("keys", [[], ["short"], [NEW, "坏"], [NEW[:-4]]])
def test_bad_keys_are_told_at_the_start(keys):
    with pytest.raises(ValueError, match="PERSONAL_DATA_KEYS"):
        personal.check_keys(keys)
    personal.check_keys([NEW, OTHER])


def test_the_site_does_not_start_without_keys():
    started = subprocess.run(
        [sys.executable, "-X", "utf8", "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"APP_ENV": "local", "PERSONAL_DATA_KEYS": ""},
        capture_output=True,
        text=True,
    )
    assert started.returncode != 0
    assert "没有设置 PERSONAL_DATA_KEYS。生成一个：python3 -c" in started.stderr
