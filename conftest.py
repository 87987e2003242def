"""Fixtures for all rooms: code lists that are always there, no way out to the network, one hypothesis profile."""

import os
import socket
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.db.models.signals import post_migrate
from hypothesis import HealthCheck, settings

# examples on a database take as long as they take; a fixed seed keeps a red test red
settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("house")

LOCAL = {"localhost", "127.0.0.1", "::1", "0.0.0.0", ""}


def load_code_lists(**kwargs) -> None:
    """Subjects, indicators, measures, activity types, score templates, deadlines; regions come with the builders."""
    from assessment.reference import load_reference as load_templates
    from reports.reference import load_reference as load_deadlines
    from staffing.reference import load_reference as load_measures
    from support.reference import load_reference as load_lists

    load_lists()
    load_measures()
    load_templates()
    load_deadlines()


@pytest.fixture(scope="session", autouse=True)
def code_lists_always_there():
    """Once when the test database is made, and again whenever a transactional test has emptied it."""
    post_migrate.connect(load_code_lists, sender=apps.get_app_config("reports"), dispatch_uid="code-lists")
    yield
    post_migrate.disconnect(sender=apps.get_app_config("reports"), dispatch_uid="code-lists")


@pytest.fixture(scope="session", autouse=True)
def no_network():
    """A connection to anywhere but this machine (or the given database and broker) fails the test."""
    allowed = LOCAL | {
        urlsplit(os.environ.get(name, "")).hostname or "" for name in ("DATABASE_URL", "REDIS_URL")
    }
    patch = pytest.MonkeyPatch()

    def guarded(connect):
        def only_here(self, address):
            if isinstance(address, tuple) and address[0] not in allowed:
                raise AssertionError(f"测试试图连接外部网络：{address[0]}")
            return connect(self, address)

        return only_here

    patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
    yield
    patch.undo()
