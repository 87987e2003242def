"""Uploaded files between preview and confirmation: kept encrypted on the site's storage under a signed ticket.

The ticket is bound to the person, the kind of record and the content, and lasts two hours.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from core.personal import KeyMissing, seal, unseal

FOLDER = "imports"
SALT = "core.excel.holding"
LASTS = timedelta(hours=2)
GONE = "上传的文件已经导入、过期或不是由您上传的，请重新上传。"


@dataclass(frozen=True)
class Held:
    data: bytes
    kind: str
    name: str
    path: str


def keep(data: bytes, *, kind: str, name: str, user, model) -> str:
    """Store the file and give its ticket."""
    _clear_old()
    path = default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}", ContentFile(seal(data)))
    ticket = {
        "path": path,
        "kind": kind,
        "name": name,
        "user": user.pk,
        "model": model._meta.label,
        "digest": hashlib.sha256(data).hexdigest(),
    }
    return signing.dumps(ticket, salt=SALT)


def take(ticket: str, *, user, model) -> Held:
    """The file behind a ticket; ValidationError when it is not this person's, too old or gone."""
    try:
        facts = signing.loads(ticket, salt=SALT, max_age=LASTS)
        if facts["user"] != user.pk or facts["model"] != model._meta.label:
            raise ValidationError(GONE)
        with default_storage.open(facts["path"]) as file:
            data = unseal(file.read())
    except (signing.BadSignature, OSError, KeyMissing) as error:
        raise ValidationError(GONE) from error
    if hashlib.sha256(data).hexdigest() != facts["digest"]:
        raise ValidationError(GONE)
    return Held(data=data, kind=facts["kind"], name=facts["name"], path=facts["path"])


def drop(held: Held) -> None:
    default_storage.delete(held.path)


def _clear_old() -> None:
    """Files whose owner never came back."""
    if not default_storage.exists(FOLDER):
        return
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        try:
            if default_storage.get_modified_time(path) < timezone.now() - LASTS:
                default_storage.delete(path)
        except FileNotFoundError:
            continue  # another upload cleared it at the same moment
