"""PostgreSQL: reachable, new enough, with the two extensions that the constraints and the search need."""

from __future__ import annotations

from django.conf import settings
from django.db import OperationalError, connection

from core.doctor.finding import FAIL, OK, WARN, Finding, trouble

OLDEST = 14
EXTENSIONS = ("btree_gist", "pg_trgm")
NOT_REACHED = "先让“数据库连接”这一项正常，再运行一次体检。"


REASONS = {
    "Connection refused": "没有服务在这个端口",
    "password authentication failed": "用户名或密码不对",
    "no password supplied": "没有提供密码",
    "does not exist": "数据库或用户不存在",
    "could not translate host name": "主机名无法解析",
    "pg_hba.conf": "服务器不允许从本机连接（pg_hba.conf）",
    "timeout": "超时没有回应",
    "too many clients": "连接数已满",
    "starting up": "数据库正在启动，请稍候再试",
}


def _reason(message: str) -> str:
    found = (reason for words, reason in REASONS.items() if words in message)
    return next(found, message.strip().splitlines()[0])


def connects() -> Finding:
    """Connection and version."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            version = cursor.fetchone()[0]
    except OperationalError as error:
        target = connection.settings_dict
        return trouble(
            FAIL,
            f"连不上数据库 {target['HOST'] or '本机'}:{target['PORT'] or 5432}/{target['NAME']}："
            f"{_reason(str(error))}。",
            "检查数据库服务是否启动（sudo systemctl status postgresql）和 DATABASE_URL 是否正确",
        )
    if int(version.split(".")[0]) < OLDEST:
        return trouble(
            FAIL,
            f"PostgreSQL {version} 太旧，需要 {OLDEST} 或更新的版本。",
            "按 docs/运维.md“升级”一节换用新版本的 PostgreSQL",
        )
    return Finding(OK, f"PostgreSQL {version.split()[0]}，连接正常")


def extensions() -> Finding:
    """btree_gist holds the no-overlap constraint, pg_trgm the search."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, installed_version FROM pg_available_extensions WHERE name = ANY(%s)",
                [list(EXTENSIONS)],
            )
            found = dict(cursor.fetchall())
    except OperationalError:
        return trouble(FAIL, "没有连上数据库，无法检查扩展。", NOT_REACHED)
    unknown = [name for name in EXTENSIONS if name not in found]
    if unknown:
        return trouble(
            FAIL,
            f"数据库服务器没有扩展 {'、'.join(unknown)}。",
            "sudo apt-get install -y postgresql-contrib",
        )
    absent = [name for name in EXTENSIONS if not found[name]]
    if absent:
        statements = " ".join(f"CREATE EXTENSION IF NOT EXISTS {name};" for name in absent)
        return trouble(
            FAIL,
            f"数据库里还没有启用扩展 {'、'.join(absent)}。",
            f".venv/bin/python manage.py migrate；权限不够时请数据库管理员执行：{statements}",
        )
    return Finding(OK, "btree_gist、pg_trgm 已启用")


def time_zone() -> Finding:
    """The server's own zone: what people see who look at the tables with psql or make a backup."""
    try:
        with connection.cursor() as cursor:
            # Not the current value: Django sets the zone of its own connections to UTC.
            cursor.execute("SELECT reset_val FROM pg_settings WHERE name = 'TimeZone'")
            zone = cursor.fetchone()[0]
    except OperationalError:
        return trouble(FAIL, "没有连上数据库，无法检查时区。", NOT_REACHED)
    if zone not in (settings.TIME_ZONE, "PRC"):
        return trouble(
            WARN,
            f"数据库服务器的时区是 {zone}，不是 {settings.TIME_ZONE}；系统内的时间不受影响，"
            "但用 psql 看到的时间会不同。",
            f"ALTER DATABASE \"{connection.settings_dict['NAME']}\" SET timezone = '{settings.TIME_ZONE}';",
        )
    return Finding(OK, f"数据库时区 {zone}")
