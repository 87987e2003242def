from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "系统"

    def ready(self):
        from django.utils.module_loading import autodiscover_modules

        from core import checks, list_export, policies  # noqa: F401

        autodiscover_modules("lists", "searched")
