"""Donations (捐赠): entering and rewriting what was given, with its items."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from core.errors import Problems, RuleBroken, checked
from support.models import Agreement, Donation, DonationItem
from support.models.confirmation import RecordStatus
from support.services.evidence import evidence_discard
from support.services.records import record_submit

OPEN = (RecordStatus.DRAFT, RecordStatus.SUBMITTED, RecordStatus.RETURNED)


def _problems(
    *,
    agreement: Agreement,
    kind: str,
    given_on: date,
    amount: Decimal | None,
    items: Sequence[DonationItem],
    accepted_on: date | None,
    by: User,
) -> Problems:
    problems = Problems()
    party = by.organisation_id in (agreement.sender_id, agreement.recipient_id)
    if not party and not by.has_role(Role.BUREAU_OFFICER):
        problems.add("只能登记本单位作为协议一方的捐赠。", field="agreement")
    if agreement.effective_period is None:
        problems.add(f"协议 {agreement.number} 尚未备案，不能登记捐赠。", field="agreement")
    if given_on > timezone.localdate():
        problems.add("捐赠日期不能晚于今天，请在捐赠完成后登记。", field="given_on")
    if accepted_on is not None and accepted_on < given_on:
        problems.add("验收日期早于捐赠日期。", field="accepted_on")
    if items and kind != Donation.Kind.GOODS:
        problems.add("只有物资设备类捐赠填写物品明细。", field="kind")
    if kind != Donation.Kind.GOODS and amount is None:
        problems.add("资金和减免费用必须填写金额。", field="amount")
    if kind == Donation.Kind.GOODS and amount is None and not items:
        problems.add("请填写金额，或至少填写一项物品。", field="amount")
    return problems


@transaction.atomic
def donation_save(
    *,
    agreement: Agreement,
    kind: str,
    given_on: date,
    title: str,
    by: User,
    amount: Decimal | None = None,
    items: Sequence[DonationItem] = (),
    donation: Donation | None = None,
    submit: bool = False,
    **fields,
) -> Donation:
    """Create (``donation`` None) or rewrite an editable donation, optionally submitting it.

    ``items`` are unsaved rows and replace the present ones. ``fields``: qualifier, valuation,
    receipt, accepted_on, accepted_by, purpose. The same donation twice is refused.
    """
    # the agreement first: two identical submits at once queue here and the second is refused
    agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.pk)
    if donation is not None:
        donation = Donation.objects.select_for_update(of=("self",)).get(pk=donation.pk)
        if not donation.is_editable:
            raise RuleBroken(f"记录现在是“{donation.get_status_display()}”，不能修改。")
        if donation.entered_for_id != by.organisation_id:
            raise RuleBroken("只有填报单位可以修改。")
    problems = _problems(
        agreement=agreement,
        kind=kind,
        given_on=given_on,
        amount=amount,
        items=items,
        accepted_on=fields.get("accepted_on"),
        by=by,
    )
    same = Donation.objects.filter(
        agreement=agreement, kind=kind, given_on=given_on, title=title, amount=amount, status__in=OPEN
    )
    if same.exclude(pk=donation.pk if donation else None).exists():
        problems.add(
            "同一天、同样内容和金额的捐赠已经登记过；如确有两笔，请在内容中写明区别。", field="title"
        )
    problems.raise_if_any()
    if donation is None:
        donation = Donation(entered_by=by, entered_for=by.organisation)
    values = dict(agreement=agreement, kind=kind, given_on=given_on, title=title, amount=amount, **fields)
    for name, value in values.items():
        setattr(donation, name, value)
    checked(donation)
    donation.save()
    donation.items.all().delete()
    for item in items:
        item.donation = donation
        item.pk = None
        item.save(force_insert=True)
    if submit:
        record_submit(record=donation, by=by)
    return donation


@transaction.atomic
def donation_delete(*, donation: Donation, by: User) -> None:
    """Remove a draft or returned record of one's own side."""
    current = Donation.objects.select_for_update(of=("self",)).get(pk=donation.pk)
    if not current.is_editable or current.entered_for_id != by.organisation_id:
        raise RuleBroken("只有本单位的草稿或被退回的记录可以删除。")
    evidence_discard(record=current)
    current.delete()
