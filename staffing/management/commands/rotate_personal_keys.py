"""Bring all encrypted numbers under the newest key of PERSONAL_DATA_KEYS. May be stopped and run again."""

from django.core.management.base import BaseCommand, CommandError

from core.personal import KeyMissing
from staffing.services.identities import identities_rotate


class Command(BaseCommand):
    help = "把身份证号和手机号改用 PERSONAL_DATA_KEYS 中的第一个密钥保存。"

    def handle(self, *args, **options):
        try:
            changed = identities_rotate()
        except KeyMissing as error:
            raise CommandError(
                f"{error}请把原来的密钥放在新密钥之后，再运行一次；已改的记录不受影响。"
            ) from error
        self.stdout.write(f"已改用新密钥保存 {changed} 人的号码。全部完成后可以从环境文件去掉旧密钥。")
