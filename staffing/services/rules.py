"""Rules of stay: entered with their basis, made active, retired.

The figures of an active rule are never rewritten: what was judged by them would change silently. A new
figure is a new rule; making it active retires what it contradicts. Only the wording of the basis, and
tolerance and warning days, may be corrected while it is active.
"""

from django.db import transaction

from accounts.models import Organisation, Role, User
from core.errors import RuleBroken, checked
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.models import StayRule
from staffing.selectors.rules import contradictions
from support.models import Programme

WORDING = ("basis", "quoted", "tolerance_days", "warning_days")
FIGURES = (
    "programme",
    "kind",
    "measure",
    "minimum",
    "unit",
    "title_level",
    "recipient",
    "effective_from",
    "effective_to",
)


def may_rule(*, programme: Programme, by: User) -> bool:
    """An officer whose region holds the programme's bureau."""
    return (
        by.has_role(Role.BUREAU_OFFICER)
        and Organisation.objects.owned_by(by).filter(pk=programme.bureau_id).exists()
    )


def _require(programme: Programme, by: User) -> None:
    if not may_rule(programme=programme, by=by):
        raise RuleBroken(f"只有{programme.bureau}的经办人员可以修改派驻要求。")


@transaction.atomic
def rule_create(*, programme: Programme, by: User, **fields) -> StayRule:
    """``fields``: model fields by name. A new rule is not active."""
    _require(programme, by)
    rule = StayRule(programme=programme, **fields)
    checked(rule)
    rule.save()
    _say(rule, by, "新增，未启用")
    return rule


@transaction.atomic
def rule_change(*, rule: StayRule, by: User, **changes) -> StayRule:
    current = _locked(rule)
    _require(current.programme, by)
    changed = {name for name, value in changes.items() if getattr(current, name) != value}
    if current.is_active and changed - set(WORDING):
        names = "、".join(
            str(StayRule._meta.get_field(name).verbose_name) for name in FIGURES if name in changed
        )
        raise RuleBroken(f"现行要求的{names}不能直接修改：请新增一条要求并启用它，原来的一条自动停用。")
    for name, value in changes.items():
        setattr(current, name, value)
    _require(current.programme, by)
    checked(current)
    current.save()
    if changed:
        _say(
            current,
            by,
            f"修改：{'、'.join(sorted(str(StayRule._meta.get_field(n).verbose_name) for n in changed))}",
        )
    return current


@transaction.atomic
def rule_activate(*, rule: StayRule, by: User) -> StayRule:
    """Make it the active one; active rules that contradict it are retired with it, each on record."""
    current = _locked(rule)
    _require(current.programme, by)
    if current.is_active:
        raise RuleBroken("这条要求已经是现行。")
    for other in contradictions(current):
        if other.is_active:
            other.is_active = False
            other.save()
            _say(other, by, f"停用：与新启用的“{current}”矛盾")
    # the same requirement of another effective range holds the one active place
    for twin in StayRule.objects.filter(
        programme=current.programme,
        kind=current.kind,
        measure=current.measure,
        title_level=current.title_level,
        recipient=current.recipient,
        is_active=True,
    ):
        twin.is_active = False
        twin.save()
        _say(twin, by, f"停用：由“{current}”接替")
    current.is_active = True
    current.save()
    _say(current, by, "启用")
    return current


@transaction.atomic
def rule_retire(*, rule: StayRule, by: User, reason: str) -> StayRule:
    current = _locked(rule)
    _require(current.programme, by)
    if not current.is_active:
        raise RuleBroken("这条要求没有启用。")
    if not reason.strip():
        raise RuleBroken({"reason": "停用必须写明原因。"})
    current.is_active = False
    current.save()
    _say(current, by, f"停用：{reason.strip()}")
    return current


def _locked(rule: StayRule) -> StayRule:
    """One writer a programme at a time: two officers must not each activate one of two contradicting rules."""
    Programme.objects.select_for_update(of=("self",), no_key=True).get(pk=rule.programme_id)
    return StayRule.objects.select_related("programme__bureau", "recipient").get(pk=rule.pk)


def _say(rule: StayRule, by: User, note: str) -> None:
    audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=rule, note=note[:300])
