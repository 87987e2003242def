"""PDF papers that people hand in. They are kept as they came and are only ever handed out as a download
inside a sandbox; what plainly asks to run something is refused, so that nobody passes it on."""

import re

from django.core.exceptions import ValidationError

from core.uploads import MEGABYTE

MAGIC = b"%PDF-"
TAIL = 2048
LIMIT = 20 * MEGABYTE
# /JS is too short to look for: three chance bytes of a scanned picture would read like it
ACTIVE = re.compile(rb"/(?:JavaScript|Launch|RichMedia|EmbeddedFiles?)(?![A-Za-z])")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def is_paper(file) -> bool:
    file.seek(0)
    head = file.read(len(MAGIC))
    file.seek(0)
    return head == MAGIC


def read_paper(file) -> bytes:
    """The bytes of an uploaded PDF; ValidationError with one Chinese sentence when it cannot be taken."""
    if file.size > LIMIT:
        raise ValidationError(
            f"PDF 文件有 {file.size / MEGABYTE:.1f} MB，超过上限 {LIMIT // MEGABYTE} MB，请压缩后再传。"
        )
    file.seek(0)
    content = file.read()
    if b"%%EOF" not in content[-TAIL:]:
        raise ValidationError("PDF 文件不完整，可能没有传完或已经损坏。请重新导出后再传。")
    plain = ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)
    if ACTIVE.search(content) or ACTIVE.search(plain):
        raise ValidationError("PDF 文件里有脚本、附件或启动程序的内容，不能上传。请打印成普通 PDF 后再传。")
    return content
