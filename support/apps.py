from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "support"
    verbose_name = "项目与协议"

    def ready(self):
        from accounts import notices
        from core import waiting
        from support import policies  # noqa: F401
        from support.selectors.notices import donations_and_outcomes
        from support.selectors.waiting_bureau import agreements_and_records

        waiting.register(agreements_and_records)
        notices.register(donations_and_outcomes)
