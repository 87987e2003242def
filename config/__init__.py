from config.celery import app
