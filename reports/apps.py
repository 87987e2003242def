from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "总结与统计"

    def ready(self):
        from accounts import notices
        from core import waiting
        from reports import jobs, policies  # noqa: F401
        from reports.selectors import return_deadlines  # noqa: F401
        from reports.selectors.notices import deadlines
        from reports.selectors.returns_waiting import returns_waiting
        from reports.selectors.targets import targets_waiting
        from reports.selectors.waiting import deadline_lines

        waiting.register(targets_waiting)
        waiting.register(returns_waiting)
        waiting.register(deadline_lines)
        notices.register(deadlines)
