"""The world is built once for the package, inside a transaction that is rolled back at the end.

Each test runs in a savepoint of its own on top of it.
"""

import gc
import logging

import pytest
from django.db import transaction
from django.test import override_settings

from tests.permissions.browser import Browser
from tests.permissions.world import build_world


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, tmp_path_factory):
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media), transaction.atomic():
        built = build_world()
        gc.freeze()  # thousands of rows that live until the end need not be looked through at each request
        yield built
        gc.unfreeze()
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def browser(world, django_db_blocker):
    with django_db_blocker.unblock():
        return Browser(world)


@pytest.fixture(scope="package", autouse=True)
def quiet():
    """Refusals are what these tests are about; thousands of lines about them help nobody."""
    logger = logging.getLogger("django.request")
    before, logger.disabled = logger.disabled, True
    yield
    logger.disabled = before
