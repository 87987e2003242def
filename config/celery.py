"""The Celery application: tasks carry only a job's id, see core.tasks."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("duikou")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
