from pathlib import Path

import environ

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
APP_ENV = env("APP_ENV", default="production")
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
DATABASES = {"default": env.db_url_config(env("DATABASE_URL"))}
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var")))
FONT_DIR = ""
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.staticfiles", "core"]
MIDDLEWARE = []
ROOT_URLCONF = "config.urls"
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "media"
CELERY_BROKER_URL = env("REDIS_URL")
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
CELERY_BEAT_SCHEDULE = {"t": {"task": "core.tick", "schedule": 2.0}}
