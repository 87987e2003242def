import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("x")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task(name="core.tick")
def tick():
    from pathlib import Path

    from django.conf import settings

    Path(settings.DATA_DIR, "tick").write_text(str(os.getpid()))
