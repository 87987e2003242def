"""What anybody may learn who holds a code or a file: five lines and nothing else."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from core.names import masked_name
from staffing.models import ServiceCertificate
from staffing.models.certificate import CODE_GROUP, CODE_PATTERN

_CODE = re.compile(CODE_PATTERN)
_LONGEST = 60


@dataclass(frozen=True)
class PublicLines:
    """``days``: days that count (计入天数) as the paper states them."""

    number: str
    name: str
    start: date
    end: date
    days: str
    status: str
    is_valid: bool


def normalised_code(text: str) -> str:
    """A code as it is stored, from however it was typed (spaces, small letters, full width); "" when it is none."""
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).upper()
    letters = "".join(char for char in plain if char.isalnum())
    code = "-".join(letters[at : at + CODE_GROUP] for at in range(0, len(letters), CODE_GROUP))
    return code if _CODE.fullmatch(code) else ""


def lines_by_code(text: str) -> PublicLines | None:
    code = normalised_code(text)
    return _lines(code=code) if code else None


def lines_by_file(sha256: str) -> PublicLines | None:
    """The certificate whose file has exactly these bytes."""
    return _lines(file_sha256=sha256) if sha256 else None


def _lines(**lookup) -> PublicLines | None:
    found = ServiceCertificate.objects.filter(status__in=ServiceCertificate.FROZEN, **lookup).first()
    if found is None:
        return None
    return PublicLines(
        number=found.number,
        name=masked_name(found.facts["person"]["name"]),
        start=found.start_on,
        end=found.end_on,
        days=found.facts["totals"]["qualifying"],
        status=found.get_status_display(),
        is_valid=found.status == ServiceCertificate.Status.ISSUED,
    )
