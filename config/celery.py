"""The Celery application: tasks carry only a job's id, see core.tasks."""

import os

from celery import Celery
from celery.signals import worker_process_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("duikou")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def warm_up(**kwargs):
    """Load fonts and the layout engine before the first job comes: otherwise that job waits for them."""
    from core.rendering import OfficialDocument, Paragraph
    from core.rendering.pdf import render_pdf

    render_pdf(OfficialDocument(title="准备", blocks=(Paragraph("字体已就绪。"),)))
