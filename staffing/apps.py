from django.apps import AppConfig


class StaffingConfig(AppConfig):
    name = "staffing"
    verbose_name = "派驻与活动"

    def ready(self):
        from staffing import doctor, jobs, policies  # noqa: F401
