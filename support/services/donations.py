"""Donations (捐赠): entering and rewriting what was given, with its items, and following its use."""

import uuid
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounts.models import Role, User
from core.errors import Problems, RuleBroken, checked
from core.numbers import money
from support.models import Agreement, Donation, DonationItem, DonationUse
from support.models.confirmation import RecordStatus
from support.selectors.donations import items_total
from support.services.evidence import evidence_attach
from support.services.records import record_submit, stated, told
from support.services.replacements import replacement_of

OPEN = (RecordStatus.DRAFT, RecordStatus.SUBMITTED, RecordStatus.RETURNED, RecordStatus.DISPUTED)


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
    if accepted_on is not None and accepted_on > timezone.localdate():
        problems.add(f"验收日期 {accepted_on:%Y-%m-%d} 在今天之后，请验收后再填。", field="accepted_on")
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
    replaces: Donation | None = None,
    replace_reason: str = "",
    client_key: uuid.UUID | None = None,
    submit: bool = False,
    **fields,
) -> Donation:
    """Create (``donation`` None) or rewrite an editable donation, optionally submitting it.

    ``items`` are unsaved rows and replace the present ones. ``fields``: qualifier, valuation,
    receipt, accepted_on, accepted_by, purpose. The same donation twice is refused; a repeated submit with
    the same ``client_key`` returns the first record and changes nothing. With ``replaces``
    the new one corrects a confirmed donation, for the reason given.
    """
    if donation is None and client_key is not None:
        # two submits of one form at once queue on their author; the second then finds the first
        User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.pk)
        known = Donation.objects.filter(client_key=client_key, entered_by=by).first()
        if known is not None:
            return known
    correction = {}
    if donation is None and replaces is not None:
        correction = replacement_of(original=replaces, by=by, reason=replace_reason)
    # then the agreement: two identical submits at once queue here and the second is refused
    agreement = Agreement.objects.select_for_update(of=("self",), no_key=True).get(pk=agreement.pk)
    if donation is not None:
        donation = Donation.objects.select_for_update(of=("self",)).get(pk=donation.pk)
        if not donation.is_editable:
            raise RuleBroken(f"记录现在是“{donation.get_status_display()}”，不能修改。")
        if donation.entered_for_id != by.organisation_id:
            raise RuleBroken("只有填报单位可以修改。")
        if donation.replaces_id and replace_reason:
            correction = {"replace_reason": replace_reason}
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
        donation = Donation(entered_by=by, entered_for=by.organisation, client_key=client_key)
    values = dict(agreement=agreement, kind=kind, given_on=given_on, title=title, amount=amount, **fields)
    for name, value in (values | correction).items():
        setattr(donation, name, value)
    checked(donation)
    donation.save()
    donation.items.all().delete()
    for item in items:
        item.donation = donation
        item.pk = None
        item.save(force_insert=True)
    if client_key is not None:
        evidence_attach(record=donation, entry_key=client_key, by=by)
    if submit:
        record_submit(record=donation, by=by)
    return donation


def amount_warning(*, amount: Decimal | None, qualifier: str, items: Sequence[DonationItem]) -> str:
    """What to tell somebody whose items do not add up to the amount; empty when they do.

    Only told, never refused: an amount may hold freight and installation, or come rounded from a source.
    """
    total = items_total(items)
    if amount is None or total.amount is None or total.amount == amount:
        return ""
    if total.unpriced and total.amount < amount:
        return ""
    word = "" if qualifier == "exact" else "（约数）"
    more = "多" if total.amount > amount else "少"
    return (
        f"物品明细合计 {money(total.amount)} 元，比所填金额 {money(amount)} 元{word}"
        f"{more} {money(abs(total.amount - amount))} 元，请核对。"
    )


# ---- after the confirmation, by the recipient
def may_follow(*, donation: Donation, by: User) -> bool:
    """The recipient's coordinator, of a confirmed donation."""
    return (
        donation.status == RecordStatus.CONFIRMED
        and by.has_role(Role.RECIPIENT_COORDINATOR, Role.HOSPITAL_COORDINATOR)
        and by.organisation_id == donation.agreement.recipient_id
    )


def _followed(donation: Donation, by: User) -> Donation:
    current = Donation.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=donation.pk)
    if not may_follow(donation=current, by=by):
        raise RuleBroken("只有受援单位的联络员可以为双方已确认的捐赠填写公示和使用情况。")
    return current


def _day_problem(day: date, donation: Donation, label: str) -> str:
    if day < donation.given_on:
        return f"{label} {day:%Y-%m-%d} 早于捐赠日期 {donation.given_on:%Y-%m-%d}。"
    if day > timezone.localdate():
        return f"{label} {day:%Y-%m-%d} 在今天之后。"
    return ""


@transaction.atomic
def donation_publish(*, donation: Donation, published_on: date, by: User) -> Donation:
    """The day on which the recipient made the donation public; stated once."""
    current = _followed(donation, by)
    if current.published_on:
        raise RuleBroken(f"公示日期已登记为 {current.published_on:%Y-%m-%d}，不能再改。")
    problem = _day_problem(published_on, current, "公示日期")
    if problem:
        raise RuleBroken({"published_on": problem})
    current.published_on = published_on
    current.save(update_fields=["published_on"])
    told(current, by, f"登记公示：{published_on:%Y-%m-%d}")
    return current


@transaction.atomic
def donation_use_add(*, donation: Donation, noted_on: date, text: str, by: User) -> DonationUse:
    """One more line about what became of the donation."""
    current = _followed(donation, by)
    problem = _day_problem(noted_on, current, "日期")
    if problem:
        raise RuleBroken({"noted_on": problem})
    text = stated(text, field="text", missing="请写明使用情况，例如 在用、使用次数、停用原因。")
    use = DonationUse(donation=current, noted_on=noted_on, text=text, entered_by=by)
    checked(use)
    use.save()
    return use
