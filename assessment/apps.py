from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "assessment"
    verbose_name = "考核"

    def ready(self):
        from assessment import policies, results  # noqa: F401
        from assessment.selectors.waiting import assessment_lines
        from core import waiting

        waiting.register(assessment_lines)
