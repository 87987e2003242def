"""One test client for all users: a request is made as somebody, and nothing of it stays behind."""

from http.cookies import SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.test import Client

from tests.permissions.world import PEOPLE, World

BACKEND = "accounts.backends.RoleBackend"


class Browser:
    def __init__(self, world: World):
        self.world = world
        self.client = Client(raise_request_exception=False)
        self.asked = 0
        engine = import_module(settings.SESSION_ENGINE)
        self.sessions = {}
        for role, ring in PEOPLE:
            user, session = world.user(role, ring), engine.SessionStore()
            session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
            session[HASH_SESSION_KEY] = user.get_session_auth_hash()
            session.save()
            self.sessions[user.pk] = session.session_key

    def ask(self, method: str, url: str, user=None, data=None):
        """The response to one request; rows that it changed stay until ``undone`` or the test ends."""
        self.asked += 1
        self.client.cookies = SimpleCookie()
        if user is not None:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[user.pk]
        return getattr(self.client, method.lower())(url, data=data or {})


class undone:
    """Whatever happens inside is rolled back."""

    def __enter__(self):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, kind, error, trace):
        transaction.set_rollback(True)
        return self.atomic.__exit__(kind, error, trace)
