"""The environment of the programs that are started."""

from __future__ import annotations

import base64
import ipaddress
import os
import secrets

from ops import paths

# What a person's shell may carry and what would lead our Python astray.
_UNWANTED = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE")


def base() -> dict[str, str]:
    """The caller's environment, made to speak UTF-8 whatever LANG says."""
    env = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
    return env | {
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "LC_ALL": "C.UTF-8",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def local(env: dict[str, str], database_url: str, redis_url: str, host: str) -> dict[str, str]:
    """For ./run: the site on this machine, with a secret of its own."""
    result = env | {"APP_ENV": "local", "DATABASE_URL": database_url, "REDIS_URL": redis_url}
    result["SECRET_KEY"] = env.get("SECRET_KEY") or site_secret()
    result["PERSONAL_DATA_KEYS"] = env.get("PERSONAL_DATA_KEYS") or personal_data_key()
    result.setdefault("DATA_DIR", str(paths.VAR))
    if not is_loopback(host):
        # Somebody chose to show this machine's site to others; the names they use cannot be known here.
        result.setdefault("ALLOWED_HOSTS", "*")
    return result


def production(env: dict[str, str], database_url: str, redis_url: str) -> dict[str, str]:
    """For the deployment check: what docs/运维.md asks an operator to set."""
    return env | {
        "APP_ENV": "production",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "PERSONAL_DATA_KEYS": new_personal_data_key(),
        "ALLOWED_HOSTS": "duikou.invalid",
        "HTTPS": "1",
    }


def site_secret() -> str:
    """The key of this clone, made once."""
    if not paths.SECRET.is_file():
        paths.write_private(paths.SECRET, secrets.token_urlsafe(64))
    return paths.SECRET.read_text(encoding="utf-8").strip()


def new_personal_data_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def personal_data_key() -> str:
    """The key under which this clone's identity numbers are kept: lost, they cannot be read again."""
    if not paths.PERSONAL_DATA_KEY.is_file():
        paths.write_private(paths.PERSONAL_DATA_KEY, new_personal_data_key())
    return paths.PERSONAL_DATA_KEY.read_text(encoding="utf-8").strip()


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
