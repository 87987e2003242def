"""The message queue: reachable, and set up so that it neither drops nor forgets messages."""

from __future__ import annotations

from urllib.parse import urlsplit

import redis
from django.conf import settings

from core.doctor.finding import FAIL, OK, WARN, Finding, trouble


def _client() -> redis.Redis:
    url = settings.REDIS_URL
    if url.startswith("unix://"):
        return redis.Redis.from_url(url, socket_timeout=3)
    return redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3)


def _place() -> str:
    """Host and port, never the password."""
    parts = urlsplit(settings.REDIS_URL)
    return parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"


def _reason(error: redis.RedisError) -> str:
    if isinstance(error, redis.TimeoutError):
        return "超时没有回应"
    if "refused" in str(error):
        return "没有服务在这个端口"
    if "resolve" in str(error) or "not known" in str(error):
        return "主机名无法解析"
    return "网络或服务异常"


def answers() -> Finding:
    """PING."""
    try:
        with _client() as client:
            client.ping()
            version = client.info("server").get("redis_version", "")
    except redis.AuthenticationError:
        return trouble(FAIL, "消息队列拒绝了密码。", "检查 REDIS_URL 中的密码：redis://:密码@主机:6379/0")
    except redis.exceptions.NoPermissionError:
        return Finding(OK, "消息队列连接正常（没有查看版本的权限）")
    except redis.RedisError as error:
        return trouble(
            FAIL,
            f"连不上消息队列 {_place()}（{_reason(error)}）。已提交的任务会保存，恢复后自动继续。",
            "检查 Redis 服务是否启动（sudo systemctl status redis-server）和 REDIS_URL 是否正确",
        )
    return Finding(OK, f"Redis 协议 {version}，连接正常")


def keeps_messages() -> Finding:
    """noeviction (never throw messages away when memory is short) and appendonly (keep them over a restart)."""
    try:
        with _client() as client:
            policy = client.config_get("maxmemory-policy").get("maxmemory-policy")
            persistent = client.config_get("appendonly").get("appendonly")
    except (redis.ResponseError, redis.exceptions.NoPermissionError):
        return trouble(
            WARN,
            "没有权限查看消息队列的设置，无法确认它不会丢弃消息。",
            "请管理员确认 redis.conf 中有：maxmemory-policy noeviction 和 appendonly yes",
        )
    except redis.RedisError:
        return trouble(FAIL, "没有连上消息队列，无法检查设置。", "先让“消息队列”这一项正常，再运行一次体检。")
    wrong = []
    if policy != "noeviction":
        wrong.append(("maxmemory-policy", "noeviction", "内存不足时会丢弃消息"))
    if persistent != "yes":
        wrong.append(("appendonly", "yes", "重启后会忘记排队的消息"))
    if wrong:
        return trouble(
            WARN,
            "消息队列" + "，".join(effect for _, _, effect in wrong) + "。",
            "；".join(f"redis-cli CONFIG SET {name} {value}" for name, value, _ in wrong)
            + "；再执行 redis-cli CONFIG REWRITE 保存",
        )
    return Finding(OK, "不丢弃消息（noeviction），重启后保留（appendonly）")
