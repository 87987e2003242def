"""Work that must see one state of the database and leave it as one."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection, transaction

Result = TypeVar("Result")

ATTEMPTS = 12
# serialization_failure, deadlock_detected
IN_BETWEEN = {"40001", "40P01"}


def consistently(work: Callable[[], Result]) -> Result:
    """Run ``work`` in one REPEATABLE READ transaction, and again when somebody wrote in between.

    ``work`` must have no effect outside the database. Inside another transaction it simply joins that
    one, whose isolation can no longer be chosen.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return work()
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                return work()
        except OperationalError as error:
            state = getattr(error.__cause__, "pgcode", None)
            if state not in IN_BETWEEN or attempt == ATTEMPTS - 1:
                raise
        time.sleep(random.uniform(0, 0.05 * (attempt + 1)))
    raise AssertionError("unreachable")
