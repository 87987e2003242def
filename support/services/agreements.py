"""The life of an agreement: drafted, confirmed by both sides, filed, amended, renewed, terminated.

draft → confirmed by sender → confirmed by recipient → filed by the bureau. "In force" and "expired"
follow from the filed days (Agreement.effective_from/to); nobody sets them.
"""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, Role, User
from core.errors import RuleBroken, checked
from core.models import AuditEvent
from core.services.audit import audit_record
from support.models import Agreement, AgreementParty, AgreementVersion, Cycle

Status = AgreementVersion.Status


@transaction.atomic
def agreement_create(
    *,
    cycle: Cycle,
    number: str,
    sender: Organisation,
    recipient: Organisation,
    start_on: date,
    end_on: date,
    by: User,
    third_party: Organisation | None = None,
    signed_on: date | None = None,
    renewal_of: Agreement | None = None,
    **texts,
) -> Agreement:
    """A new agreement with its first draft and its parties. ``texts``: further version fields."""
    agreement = Agreement(
        cycle=cycle,
        number=number,
        sender=sender,
        recipient=recipient,
        third_party=third_party,
        renewal_of=renewal_of,
    )
    checked(agreement)
    agreement.save()
    version = AgreementVersion(
        agreement=agreement, start_on=start_on, end_on=end_on, signed_on=signed_on, drafted_by=by, **texts
    )
    checked(version)
    version.save()
    version_parties_fill(version=version)
    return agreement


def version_parties_fill(*, version: AgreementVersion) -> None:
    """One party row for sender, recipient and (three-party form) third party."""
    agreement = version.agreement
    parts = [
        (AgreementParty.Part.SENDER, agreement.sender),
        (AgreementParty.Part.RECIPIENT, agreement.recipient),
    ]
    if agreement.third_party:
        parts.append((AgreementParty.Part.THIRD, agreement.third_party))
    for part, organisation in parts:
        version.parties.get_or_create(
            part=part, defaults={"organisation": organisation, "signed_on": version.signed_on}
        )


def _locked(version: AgreementVersion) -> AgreementVersion:
    # the agreement first: every verb on it queues here, postings hold it shared (see their trigger)
    Agreement.objects.select_for_update(of=("self",)).get(pk=version.agreement_id)
    return AgreementVersion.objects.select_related("agreement").get(pk=version.pk)


def _say(version: AgreementVersion, by: User, note: str) -> None:
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=version, note=note)


def next_confirmer(version: AgreementVersion) -> Organisation | None:
    """Whose confirmation is due; None when it is the bureau's turn or nobody's."""
    if version.status == Status.DRAFT:
        return version.agreement.sender
    if version.status == Status.SENDER_CONFIRMED:
        return version.agreement.recipient
    return None


def may_confirm_version(*, version: AgreementVersion, by: User) -> bool:
    side = next_confirmer(version)
    return (
        side is not None
        and by.organisation_id == side.pk
        and by.has_role(Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR)
    )


@transaction.atomic
def version_confirm(*, version: AgreementVersion, by: User) -> AgreementVersion:
    """The next side confirms: first the sender, then the recipient."""
    version = _locked(version)
    side = next_confirmer(version)
    if side is None:
        raise RuleBroken(f"这一版现在是“{version.get_status_display()}”，不需要双方确认。")
    if not may_confirm_version(version=version, by=by):
        raise RuleBroken(f"现在应由{side}的联络员确认。")
    if version.status == Status.DRAFT:
        version.status, version.sender_confirmed_by, version.sender_confirmed_at = (
            Status.SENDER_CONFIRMED,
            by,
            timezone.now(),
        )
    else:
        version.status = Status.RECIPIENT_CONFIRMED
        version.recipient_confirmed_by, version.recipient_confirmed_at = by, timezone.now()
    version.return_reason = ""
    version.save()
    _say(version, by, f"{side}确认")
    return version


def may_return_version(*, version: AgreementVersion, by: User) -> bool:
    """A party or the bureau, while the version is under way but not a plain draft."""
    if version.status not in (Status.SENDER_CONFIRMED, Status.RECIPIENT_CONFIRMED):
        return False
    party = by.organisation_id in (version.agreement.sender_id, version.agreement.recipient_id)
    return (party and by.has_role(Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR)) or may_file(
        agreement=version.agreement, by=by
    )


@transaction.atomic
def version_return(*, version: AgreementVersion, by: User, reason: str) -> AgreementVersion:
    """Back to draft with a reason; both confirmations start anew because the text will change."""
    version = _locked(version)
    if not reason.strip():
        raise RuleBroken({"reason": "请写明退回原因。"})
    if not may_return_version(version=version, by=by):
        raise RuleBroken("只有待对方确认或待备案的文本可以退回，且只能由协议双方或主管部门退回。")
    version.status = Status.DRAFT
    version.sender_confirmed_by = version.sender_confirmed_at = None
    version.recipient_confirmed_by = version.recipient_confirmed_at = None
    version.return_reason = reason.strip()[:300]
    version.save()
    _say(version, by, f"退回：{version.return_reason}")
    return version


def may_file(*, agreement: Agreement, by: User) -> bool:
    """An officer whose region holds the programme's bureau files and terminates."""
    return (
        by.has_role(Role.BUREAU_OFFICER)
        and Organisation.objects.owned_by(by).filter(pk=agreement.cycle.programme.bureau_id).exists()
    )


@transaction.atomic
def version_file(*, version: AgreementVersion, by: User) -> AgreementVersion:
    """Filing (备案): the version becomes the agreement's text and its days those of the agreement.

    From here on nothing in it changes. An earlier filed version becomes superseded. Refused when
    people are posted on days that the new text no longer covers.
    """
    version = _locked(version)
    agreement = version.agreement
    if not may_file(agreement=agreement, by=by):
        raise RuleBroken(f"只有{agreement.cycle.programme.bureau}的经办人员可以备案。")
    if version.status != Status.RECIPIENT_CONFIRMED:
        raise RuleBroken(f"这一版现在是“{version.get_status_display()}”，支援方和受援方都确认后才能备案。")
    if agreement.terminated_on:
        raise RuleBroken("协议已终止，不能再备案新的文本。")
    _refuse_uncovered_postings(agreement, version.start_on, version.end_on)
    agreement.versions.filter(status=Status.FILED).update(status=Status.SUPERSEDED)
    version.status, version.filed_by, version.filed_at = Status.FILED, by, timezone.now()
    version.save()
    agreement.current_version = version
    agreement.effective_from, agreement.effective_to = version.start_on, version.end_on
    agreement.save()
    _say(version, by, "备案")
    return version


def _refuse_uncovered_postings(agreement: Agreement, start_on: date, end_on: date) -> None:
    # reverse accessor of an upper room, named only here because the promise must hold its people
    outside = agreement.postings.exclude(status="cancelled").exclude(
        start_on__gte=start_on, end_on__lte=end_on
    )
    names = [str(posting) for posting in outside.select_related("clinician")[:5]]
    if names:
        raise RuleBroken(
            f"有派驻超出 {start_on:%Y-%m-%d} 至 {end_on:%Y-%m-%d}，请先调整这些派驻：" + "；".join(names)
        )


def _require_officer_of_a_party(agreement: Agreement, by: User) -> None:
    """An officer with a party of the agreement in reach draws up, changes and withdraws its texts."""
    if not (
        by.has_role(Role.BUREAU_OFFICER) and Agreement.objects.owned_by(by).filter(pk=agreement.pk).exists()
    ):
        raise RuleBroken("只有协议一方所在地的卫健部门经办人员可以办理变更、续签和撤回。")


@transaction.atomic
def version_withdraw(*, version: AgreementVersion, by: User) -> AgreementVersion:
    """Give up a version that was never filed; it stays on record."""
    version = _locked(version)
    _require_officer_of_a_party(version.agreement, by)
    if not version.is_open:
        raise RuleBroken(f"这一版现在是“{version.get_status_display()}”，不能撤回。")
    version.status = Status.WITHDRAWN
    version.save()
    _say(version, by, "撤回")
    return version


def _copy_content(source: AgreementVersion, target: AgreementVersion) -> None:
    """Departments, targets and parties of one version into another (files stay with their version)."""
    target.specialities.set(source.specialities.all())
    for row in [*source.targets.all(), *source.parties.all()]:
        row.pk = None
        row._state.adding = True
        row.version = target
        if isinstance(row, AgreementParty):
            row.signed_on = None  # nobody has signed the new text yet
        row.save()


COPIED_TEXTS = ("title", "survey_on", "survey_findings", "long_goal", "year_goal", "duties")


@transaction.atomic
def agreement_amend(*, agreement: Agreement, reason: str, by: User) -> AgreementVersion:
    """The next version as a draft copy of the filed one; the filed one stays in force meanwhile."""
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    _require_officer_of_a_party(agreement, by)
    filed = agreement.current_version
    if filed is None:
        raise RuleBroken("协议尚未备案，直接修改草稿即可，不需要变更。")
    if agreement.terminated_on:
        raise RuleBroken("协议已终止，不能变更。")
    if agreement.versions.filter(status__in=AgreementVersion.OPEN).exists():
        raise RuleBroken("这份协议已有一个未办完的变更，请先办完或撤回。")
    if not reason.strip():
        raise RuleBroken({"reason": "变更必须写明原因。"})
    version = AgreementVersion(
        agreement=agreement,
        number=agreement.versions.order_by("-number").first().number + 1,
        reason=reason.strip()[:300],
        start_on=filed.start_on,
        end_on=filed.end_on,
        signed_on=None,
        drafted_by=by,
        **{name: getattr(filed, name) for name in COPIED_TEXTS},
    )
    checked(version)
    version.save()
    _copy_content(filed, version)
    _say(version, by, f"提出变更：{version.reason}")
    return version


@transaction.atomic
def agreement_renew(
    *, agreement: Agreement, cycle: Cycle, number: str, start_on: date, end_on: date, by: User
) -> Agreement:
    """A new agreement of the same parties that continues this one, as a draft with the same content."""
    _require_officer_of_a_party(agreement, by)
    filed = agreement.current_version
    if filed is None:
        raise RuleBroken("协议尚未备案，不能续签。")
    if start_on <= agreement.effective_to:
        raise RuleBroken(
            {"start_on": f"续签的开始日期应晚于原协议的结束日期 {agreement.effective_to:%Y-%m-%d}。"}
        )
    renewed = Agreement(
        cycle=cycle,
        number=number,
        sender=agreement.sender,
        recipient=agreement.recipient,
        third_party=agreement.third_party,
        renewal_of=agreement,
    )
    checked(renewed)
    renewed.save()
    version = AgreementVersion(
        agreement=renewed,
        start_on=start_on,
        end_on=end_on,
        drafted_by=by,
        **{name: getattr(filed, name) for name in COPIED_TEXTS},
    )
    checked(version)
    version.save()
    _copy_content(filed, version)
    return renewed


@transaction.atomic
def agreement_terminate(*, agreement: Agreement, on: date, reason: str, by: User) -> Agreement:
    """End an agreement in force early; ``on`` is its last day. People still posted later block it."""
    agreement = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if not may_file(agreement=agreement, by=by):
        raise RuleBroken(f"只有{agreement.cycle.programme.bureau}的经办人员可以终止协议。")
    if agreement.effective_period is None or agreement.terminated_on:
        raise RuleBroken("只有已备案且未终止的协议可以终止。")
    if not reason.strip():
        raise RuleBroken({"reason": "终止必须写明原因。"})
    if not agreement.effective_period.contains(on):
        raise RuleBroken({"on": f"终止日期应在协议有效期 {agreement.effective_period} 之内。"})
    _refuse_uncovered_postings(agreement, agreement.effective_from, on)
    agreement.terminated_on = agreement.effective_to = on
    agreement.termination_reason = reason.strip()[:300]
    agreement.save()
    audit_record(
        verb=AuditEvent.Verb.TRANSITION,
        user=by,
        subject=agreement,
        note=f"终止：{agreement.termination_reason}",
    )
    return agreement
