from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "系统"

    def ready(self):
        from django.utils.module_loading import autodiscover_modules

        from core import checks, list_export, policies, waiting  # noqa: F401
        from core.selectors.waiting import failed_jobs

        waiting.register(failed_jobs)
        autodiscover_modules("lists", "searched")
