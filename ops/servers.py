"""Database and message queue: the ones named in the environment, or private ones under var/."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ops import console
from ops.postgres import Postgres
from ops.supervisor import Supervisor
from ops.valkey import Valkey


@dataclass(frozen=True)
class Servers:
    database_url: str
    redis_url: str


def start(supervisor: Supervisor, env: dict[str, str], home: Path, logs: Path, *, lasting: bool) -> Servers:
    """Start what DATABASE_URL and REDIS_URL do not name; both come under supervision."""
    database_url = env.get("DATABASE_URL", "")
    with console.step("数据库（PostgreSQL）") as current:
        if database_url:
            current.note = "使用 DATABASE_URL 指定的服务器"
        else:
            postgres = Postgres(home / "postgres", log=logs / "postgres.log", lasting=lasting)
            supervisor.add(postgres.start())
            database_url = postgres.url
    redis_url = env.get("REDIS_URL", "")
    with console.step("消息队列（Redis 兼容）") as current:
        if redis_url:
            current.note = "使用 REDIS_URL 指定的服务器"
        else:
            valkey = Valkey(home / "valkey", log=logs / "valkey.log")
            supervisor.add(valkey.start())
            redis_url = valkey.url
    return Servers(database_url, redis_url)
