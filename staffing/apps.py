from django.apps import AppConfig


class StaffingConfig(AppConfig):
    name = "staffing"
    verbose_name = "派驻与活动"

    def ready(self):
        from accounts import notices
        from core import waiting
        from staffing import doctor, jobs, policies  # noqa: F401
        from staffing.selectors.notices import leave, plans, records
        from staffing.selectors.waiting import records_and_people
        from staffing.selectors.waiting_bureau import gaps_and_arrivals, postings_and_activities

        for source in (postings_and_activities, gaps_and_arrivals, records_and_people):
            waiting.register(source)
        for source in (records, plans, leave):
            notices.register(source)
