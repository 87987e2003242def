"""The private message queue."""

import os
import signal
import stat

import pytest
import redis

from ops.supervisor import Supervisor


def test_keeps_messages_over_a_kill_and_comes_back(awkward, valkey):
    server, service = valkey(awkward / "valkey")
    client = redis.Redis.from_url(server.url)
    client.rpush("queue", "消息")
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert client.config_get("appendonly") == {"appendonly": "yes"}
    client.close()
    # appendfsync is once a second, but what was written survives the process (not the machine)
    os.kill(service.child.pid, signal.SIGKILL)
    service.child.wait()
    supervisor = Supervisor()
    supervisor.add(service)

    def answers():
        try:
            return redis.Redis.from_url(server.url).lrange("queue", 0, -1) == ["消息".encode()]
        except redis.ConnectionError:
            return False

    supervisor.watch(until=answers)


def test_needs_the_password(awkward, valkey):
    server, _ = valkey(awkward / "valkey")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=server.port).ping()
    for name in ("password", "valkey.conf"):
        assert stat.S_IMODE((awkward / "valkey" / name).stat().st_mode) == 0o600


def test_two_at_the_same_time(awkward, valkey):
    first, _ = valkey(awkward / "one")
    second, _ = valkey(awkward / "two")
    redis.Redis.from_url(first.url).set("name", "一")
    assert redis.Redis.from_url(second.url).get("name") is None
