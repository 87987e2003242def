"""The sheet of a list: exactly the rows that are found, in their order, for whoever asks.

Up to ``AT_ONCE`` rows come with the answer; more are written by a worker. Every sheet leaves an audit event.
"""

from collections.abc import Callable
from itertools import islice

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from core.access import may_open
from core.excel.writing import write_workbook
from core.jobs import JobFailed, JobRun, job_kind
from core.lists import Listing, listing_of
from core.models import AuditEvent, Job
from core.services.audit import audit_record
from core.services.jobs import job_request

KIND = "core.list_export"
AT_ONCE = 2_000
MOST = 200_000
STEP = 1_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def export_name(listing: Listing) -> str:
    return f"{listing.title}-{timezone.localdate():%Y-%m-%d}.xlsx"


def is_long(listing: Listing) -> bool:
    """Whether a request should not wait for the sheet."""
    rows = listing.found
    return (len(rows) if isinstance(rows, list) else rows.order_by()[: AT_ONCE + 1].count()) > AT_ONCE


@transaction.atomic
def export_now(*, listing: Listing, user, request=None, told: Callable[[int], None] | None = None) -> bytes:
    """The workbook. ``told`` is called with the number of rows written so far."""
    written = 0

    def rows():
        nonlocal written
        for values in islice(listing.sheet_rows(chunk=STEP), MOST):
            written += 1
            if told and written % STEP == 0:
                told(written)
            yield values

    content = write_workbook(listing.title, listing.sheet_columns(), rows())
    audit_record(
        verb=AuditEvent.Verb.EXPORT,
        user=user,
        request=request,
        note=f"导出{listing.title} {written} 行（xlsx）；{listing.told()}"[:2000],
    )
    return content


def export_request(*, listing: Listing, user) -> Job:
    return job_request(
        kind=KIND,
        unique_key=f"{user.pk}:{listing.name}:{hash_of(listing.query)}",
        label=f"导出{listing.title}",
        requester=user,
        payload={"listing": listing.name, "query": listing.query},
    )


def hash_of(query: str) -> str:
    import hashlib

    return hashlib.sha256(query.encode()).hexdigest()[:40]


@job_kind(KIND)
def write_list(run: JobRun) -> None:
    """May be killed at any line and run again: the file gets its name when it is whole."""
    user, kind = run.job.requester, listing_of(run.payload["listing"])
    if kind is None or user is None or not user.is_active or not may_open(user, kind.permission):
        raise JobFailed("您现在没有查看这份列表的权限，不能导出。")
    listing = kind(user, QueryDict(run.payload["query"]))
    total = listing.page(1, exact=True).paginator.count
    if total > MOST:
        raise JobFailed(f"一次最多导出 {MOST} 行，这里有 {total} 行。请增加筛选条件后分次导出。")
    content = export_now(
        listing=listing, user=user, told=lambda done: run.progress(done, max(total, done), f"已写 {done} 行")
    )
    name = run.store(f"jobs/{run.job.pk}/{export_name(listing)}", content)
    run.write(result_file=name)
