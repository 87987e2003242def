"""Background work of this room. Loaded at start-up so that a worker knows its handlers."""

import hashlib

from core.jobs import JobRun, job_kind
from core.rendering import OfficialDocument, count_pages
from staffing.services.certificate_freezing import (
    certificate_attach,
    certificate_file_name,
    certificate_freeze,
    check_same_file,
)
from staffing.services.certificates import RENDER


@job_kind(RENDER)
def render_certificate(run: JobRun) -> None:
    """Freeze (once), lay out, store. May be killed at any line and run again: one file comes of it."""
    from core.rendering.pdf import render_pdf  # the layout engine is for workers only

    steps = 4
    run.progress(0, steps, "核对考勤和活动")
    certificate = certificate_freeze(certificate_id=run.payload["certificate"])
    run.progress(1, steps, "排版")
    document = OfficialDocument.from_json(certificate.document)
    content = render_pdf(document)
    sha256 = hashlib.sha256(content).hexdigest()
    check_same_file(certificate=certificate, sha256=sha256)
    run.progress(2, steps, "保存文件")
    name = run.store(certificate_file_name(certificate), content)
    run.progress(3, steps, "登记文件")
    certificate_attach(certificate=certificate, name=name, sha256=sha256, pages=count_pages(document))
