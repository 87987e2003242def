"""Background work of this room. Loaded at start-up so that a worker knows its handlers."""

from datetime import date

from accounts.models import DigestSent
from accounts.services.digests import SEND, connection_open, digest_send, users_due
from core.jobs import JobRun, job_kind


@job_kind(SEND)
def send_digests(run: JobRun) -> None:
    """Everybody's mail of the day. May be killed at any line and run again: nobody gets two."""
    day = date.fromisoformat(run.payload["day"])
    users = list(users_due(day))
    connection = connection_open()
    try:
        for number, user in enumerate(users):
            run.progress(number, len(users), "发送邮件")
            row = digest_send(user=user, day=day, connection=connection)
            if row is not None and row.state == DigestSent.State.FAILED:
                connection.close()  # whatever state it is in: the next person gets a fresh one, or nobody is claimed
                connection = connection_open()
        run.progress(len(users), len(users))
    finally:
        connection.close()
