from django.apps import AppConfig


class SupportConfig(AppConfig):
    name = "support"
    verbose_name = "项目与协议"

    def ready(self):
        from support import policies  # noqa: F401
