"""What every page shows: the system's name and, locally, that these are demonstration data."""

from django.conf import settings

SITE_NAME = "对口支援管理系统"


def site(request):
    return {"site_name": SITE_NAME, "is_local": not settings.PRODUCTION}
