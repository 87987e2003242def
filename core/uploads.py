"""Files that people hand in: what they are is read from their content, never from their name."""

from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible

MEGABYTE = 1024 * 1024


@deconstructible
class DocumentValidator:
    """PDF, JPEG or PNG up to ``limit`` bytes, recognised by their first bytes."""

    signatures = {b"%PDF-": ".pdf", b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png"}
    suffixes = {".pdf": ".pdf", ".jpg": ".jpg", ".jpeg": ".jpg", ".png": ".png"}
    content_types = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}

    def __init__(self, limit: int = 20 * MEGABYTE):
        self.limit = limit

    def suffix_of(self, name: str) -> str:
        return self.suffixes.get(PurePath(name).suffix.lower(), "")

    def __call__(self, file):
        if file.size > self.limit:
            raise ValidationError(
                f"文件有 {file.size / MEGABYTE:.1f} MB，超过上限 {self.limit // MEGABYTE} MB，请压缩后再传。"
            )
        suffix = self.suffix_of(file.name)
        if not suffix:
            raise ValidationError("只接受 PDF、JPG、PNG 文件。")
        file.seek(0)
        head = file.read(16)
        file.seek(0)
        actual = next((kind for start, kind in self.signatures.items() if head.startswith(start)), "")
        if actual != suffix:
            raise ValidationError(f"文件内容与扩展名 {suffix} 不符，请换一个真正的 PDF、JPG 或 PNG 文件。")

    def __eq__(self, other):
        return isinstance(other, DocumentValidator) and other.limit == self.limit


validate_document = DocumentValidator()
