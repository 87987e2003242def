"""Are the encrypted numbers readable, and all under the newest key?"""

from django.conf import settings

from core.doctor import CHECKS, FAIL, OK, WARN, Finding
from core.doctor.finding import trouble
from core.personal import fingerprint
from staffing.models import ClinicianIdentity


def numbers_are_readable() -> Finding:
    known = {fingerprint(key) for key in settings.PERSONAL_DATA_KEYS}
    lost = ClinicianIdentity.objects.exclude(key_fingerprint__in=known).count()
    if lost:
        return trouble(
            FAIL,
            f"{lost} 人的身份证号和手机号所用的密钥不在 PERSONAL_DATA_KEYS 中，无法读出。",
            "把原来的密钥加到环境文件 PERSONAL_DATA_KEYS 的末尾（英文逗号隔开）并重启服务",
        )
    older = ClinicianIdentity.objects.exclude(key_fingerprint=fingerprint()).count()
    if older:
        return trouble(
            WARN, f"{older} 人的号码还用旧密钥保存。", "运行 python manage.py rotate_personal_keys"
        )
    return Finding(OK, f"{ClinicianIdentity.objects.count()} 人的号码全部用现行密钥加密保存")


CHECKS["身份信息密钥"] = numbers_are_readable
