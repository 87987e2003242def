from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "总结与统计"

    def ready(self):
        from reports import jobs, policies  # noqa: F401
