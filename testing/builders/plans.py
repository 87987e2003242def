"""Builders: rotation plans at each step of their way."""

from datetime import date

from staffing.models import Batch
from staffing.services.plan_steps import plan_accept, plan_file, plan_submit
from staffing.services.plans import plan_save, plan_start
from support.models import Agreement
from testing.builders.places import clinician, coordinator, officer, unique

DAYS = {"start_on": date(2026, 9, 1), "end_on": date(2026, 11, 30)}
STEPS = ("draft", "submitted", "accepted", "filed")


def plan(agreement: Agreement, *lines: dict, upto: str = "draft", kind: str = "resident", **header) -> Batch:
    """``lines``: what differs from a new person of the sender, September to November 2026, no line: one such."""
    by = coordinator(agreement.sender, sending=True)
    batch = plan_start(
        cycle=agreement.cycle,
        sender=agreement.sender,
        code=header.pop("code", unique("JH-")),
        kind=kind,
        departed_on=header.pop("departed_on", DAYS["start_on"]),
        by=by,
    )
    filled = [
        {"agreement": agreement, "role": "member", **DAYS, **line}
        | ({} if "clinician" in line else {"clinician": clinician(agreement.sender)})
        for line in (lines or ({},))
    ]
    batch = plan_save(batch=batch, header={"explanation": "已与受援单位商定"} | header, lines=filled, by=by)
    step = STEPS.index(upto)
    if step >= 1:
        batch = plan_submit(batch=batch, by=by)
    if step >= 2:
        for recipient in {line["agreement"].recipient for line in filled}:
            batch = plan_accept(batch=batch, by=coordinator(recipient, sending=False))
    if step >= 3:
        batch = plan_file(batch=batch, by=officer(batch.cycle.programme.bureau))
    return batch
