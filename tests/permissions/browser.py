"""One test client for all users: a request is made as somebody, and nothing of it stays behind."""

import time
from http.cookies import SimpleCookie
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection, transaction
from django.test import Client

from core.middleware import LAST_USE
from tests.permissions.world import PEOPLE, World

BACKEND = "accounts.backends.RoleBackend"


class Browser:
    def __init__(self, world: World):
        self.world = world
        self.client = Client(raise_request_exception=False)
        self.asked, self.counted = 0, {}
        self.engine = import_module(settings.SESSION_ENGINE)
        self.sessions: dict[int, str] = {}
        for role, ring in PEOPLE:
            self.sign_in(world.user(role, ring))
        self.start_counting()

    def sign_in(self, user) -> None:
        session = self.engine.SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[LAST_USE] = int(time.time())
        session.save()
        self.sessions[user.pk] = session.session_key

    def start_counting(self) -> None:
        """What the test itself wrote up to here is not the next request's doing."""
        self.counted = writes()

    def ask(self, method: str, url: str, user=None, data=None, before=None, after=None):
        """The response to one request, with ``written``: the tables it wrote to, and ``told``: its messages. Then undone."""
        self.asked += 1
        self.client.cookies = SimpleCookie()
        if user is not None:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[user.pk]
        with undone():
            if before is not None:
                before()
                self.start_counting()
            response = getattr(self.client, method.lower())(url, data=data or {})
            if after is not None:
                after()
            response.body = b"".join(response.streaming_content) if response.streaming else response.content
        queued = getattr(getattr(response.wsgi_request, "_messages", None), "_queued_messages", ())
        response.told = "\n".join(str(message) for message in queued).encode()
        before, self.counted = self.counted, writes()
        found = {table for table, count in self.counted.items() if count != before.get(table)}
        response.written = found - UNCOUNTED
        return response


# a session is a fact of signing in, not of the page
UNCOUNTED = {"django_session"}


def writes() -> dict[str, int]:
    """Rows inserted, updated and deleted so far in this transaction, by table, whoever did it."""
    counts = ("inserted", "updated", "deleted")
    total = " + ".join(f"pg_stat_get_xact_tuples_{count}(oid)" for count in counts)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT relname, {total} FROM pg_class "
            f"WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND {total} > 0"
        )
        return dict(cursor.fetchall())


class undone:
    """Whatever happens inside is rolled back."""

    def __enter__(self):
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, kind, error, trace):
        transaction.set_rollback(True)
        return self.atomic.__exit__(kind, error, trace)
