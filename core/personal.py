"""Personal data at rest: encrypted with keys from the environment, found again by a keyed hash.

``PERSONAL_DATA_KEYS`` lists keys, the newest first. The newest encrypts and hashes; all of them read.
A table of encrypted rows keeps ``fingerprint()`` beside them, so that it is known which rows are still
under an older key (``manage.py rotate_personal_keys`` rewrites them). Without the right key nothing is
guessed: ``KeyMissing`` says so.
"""

import base64
import binascii
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

KEY_HINT = (
    "python3 -c 'import base64, secrets; print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())'"
)


class KeyMissing(Exception):
    """A value was encrypted with a key that is not in PERSONAL_DATA_KEYS."""


def check_keys(keys: list[str]) -> None:
    """ValueError with a Chinese sentence unless each is 32 bytes in URL-safe base64."""
    if not keys:
        raise ValueError(f"没有设置 PERSONAL_DATA_KEYS。生成一个：{KEY_HINT}")
    for number, key in enumerate(keys, start=1):
        try:
            size = len(base64.urlsafe_b64decode(key))
        except (binascii.Error, ValueError):
            size = 0
        if size != 32:
            raise ValueError(
                f"PERSONAL_DATA_KEYS 的第 {number} 个密钥不是 32 字节的 base64。生成一个：{KEY_HINT}"
            )


def encrypt(text: str) -> str:
    """A token that differs each time; empty stays empty."""
    return Fernet(settings.PERSONAL_DATA_KEYS[0]).encrypt(text.encode()).decode() if text else ""


def decrypt(token: str) -> str:
    """The text behind a token of any listed key. Raises KeyMissing."""
    if not token:
        return ""
    try:
        return (
            MultiFernet([Fernet(key) for key in settings.PERSONAL_DATA_KEYS]).decrypt(token.encode()).decode()
        )
    except InvalidToken as error:
        raise KeyMissing("数据所用的密钥不在 PERSONAL_DATA_KEYS 中。") from error


def seal(data: bytes) -> bytes:
    """A file's bytes encrypted: for uploads that may hold personal data and wait on disk."""
    return Fernet(settings.PERSONAL_DATA_KEYS[0]).encrypt(data)


def unseal(sealed: bytes) -> bytes:
    """The bytes behind ``seal``. Raises KeyMissing."""
    try:
        return MultiFernet([Fernet(key) for key in settings.PERSONAL_DATA_KEYS]).decrypt(sealed)
    except InvalidToken as error:
        raise KeyMissing("文件所用的密钥不在 PERSONAL_DATA_KEYS 中。") from error


def keyed_hash(text: str, key: str | None = None) -> str:
    """64 hex characters by which equal texts meet; useless without the key."""
    raw = base64.urlsafe_b64decode(key or settings.PERSONAL_DATA_KEYS[0])
    derived = hmac.digest(raw, b"duikou personal data index", "sha256")
    return hmac.new(derived, text.encode(), hashlib.sha256).hexdigest()


def all_hashes(text: str) -> list[str]:
    """The hashes under every listed key: for looking up while rows are still under an older one."""
    return [keyed_hash(text, key) for key in settings.PERSONAL_DATA_KEYS]


def fingerprint(key: str | None = None) -> str:
    """Names a key without telling it: 12 hex characters."""
    raw = base64.urlsafe_b64decode(key or settings.PERSONAL_DATA_KEYS[0])
    return hmac.new(raw, b"duikou key fingerprint", hashlib.sha256).hexdigest()[:12]
