"""Real servers in awkward folders."""

import os
import sysconfig
from pathlib import Path

import pytest

from ops.postgres import Postgres
from ops.valkey import Valkey

PACKAGES = Path(sysconfig.get_path("purelib"))
# Longer than a Unix socket's path may be (107 bytes), with a blank, a quote and Chinese characters.
AWKWARD = "对口 支援's " + "很长的目录名" * 8


@pytest.fixture
def awkward(tmp_path):
    """A folder that others cannot enter, like one below a closed home."""
    tmp_path.chmod(0o700)
    folder = tmp_path / AWKWARD
    folder.mkdir()
    assert len(os.fsencode(folder)) > 107
    return folder


@pytest.fixture
def postgres(awkward):
    """Makes clusters; ``start(cluster)`` starts one. All end and vanish with the test."""
    with Servers() as servers:
        yield servers.postgres


@pytest.fixture
def valkey(awkward):
    with Servers() as servers:
        yield servers.valkey


class Servers:
    """Started servers, stopped in the end."""

    def __init__(self):
        self.services, self.clusters = [], []

    def __enter__(self):
        return self

    def postgres(self, home: Path):
        cluster = Postgres(home, log=home.parent / "postgres.log", lasting=False, packages=PACKAGES)
        self.clusters.append(cluster)
        return self._started(cluster)

    def valkey(self, home: Path):
        return self._started(Valkey(home, log=home.parent / "valkey.log", packages=PACKAGES))

    def _started(self, server):
        service = server.start()
        self.services.append(service)
        return server, service

    def __exit__(self, *_):
        for service in reversed(self.services):
            service.stop()
        for cluster in self.clusters:
            cluster.forget(cluster.home)
