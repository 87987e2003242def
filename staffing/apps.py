from django.apps import AppConfig


class StaffingConfig(AppConfig):
    name = "staffing"
    verbose_name = "派驻与活动"

    def ready(self):
        from core import waiting
        from staffing import doctor, jobs, policies  # noqa: F401
        from staffing.selectors.waiting import records_and_people

        waiting.register(records_and_people)
