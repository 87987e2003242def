"""Several people at the same moment: each call in a thread of its own, on a connection of its own.

Needs a transactional test: threads see only what is committed.
"""

import threading
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
