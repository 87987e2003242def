"""Several people at the same moment: each call in a thread of its own, on a connection of its own.

Needs a transactional test: threads see only what is committed.
"""

import threading
import time
from collections.abc import Callable

from django.db import connection

PATIENCE = 20  # seconds


def together(*calls: Callable) -> list:
    """Starts all calls at once; what each returned, or the exception it raised, in their order."""
    barrier = threading.Barrier(len(calls))
    outcomes: list = [None] * len(calls)

    def run(number: int, call: Callable) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(PATIENCE)
            outcomes[number] = call()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(number, call), daemon=True) for number, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "the calls wait for each other"
    return outcomes


def split(outcomes: list) -> tuple[list, list[Exception]]:
    """(what came back, what was raised)."""
    raised = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)], raised


def somebody_waits_for_a_lock(patience: float = 5) -> bool:
    """Whether another connection to this database comes to wait for a lock."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("select pg_stat_clear_snapshot()")  # or a transaction sees its first look again
            cursor.execute(
                "select count(*) from pg_stat_activity"
                " where datname = current_database() and wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.05)
    return False
