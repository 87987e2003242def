from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "系统"

    def ready(self):
        from core import checks, policies, waiting  # noqa: F401
        from core.selectors.waiting import failed_jobs

        waiting.register(failed_jobs)
