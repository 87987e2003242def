"""Disputes (争议): the confirming side objects, the entering side answers, the bureau above rules.

Only between the two sides of an agreement: what the bureau itself confirms it returns or confirms, for it
would otherwise rule on its own objection.
"""

from django.db import transaction
from django.utils import timezone

from accounts.models import Organisation, Role, User
from core.errors import RuleBroken
from support.models.confirmation import RecordStatus, TwoSidedRecord
from support.services.records import (
    NOTHING_DISPUTED,
    expect,
    expect_other_side,
    expect_own_side,
    locked,
    stated,
    told,
    write,
)


def may_rule(*, record: TwoSidedRecord, by: User) -> bool:
    """An officer in whose own reach the bureau of the programme lies; not of the side that entered."""
    if by.pk == record.entered_by_id or by.organisation_id == record.entered_for_id:
        return False
    if record.confirming_organisation() is None:
        return False
    return (
        by.has_role(Role.BUREAU_OFFICER)
        and Organisation.objects.owned_by(by).filter(pk=record.agreement.cycle.programme.bureau_id).exists()
    )


@transaction.atomic
def record_dispute(*, record: TwoSidedRecord, by: User, reason: str) -> None:
    """Waiting → in dispute, by the confirming side; once for each submission."""
    reason = stated(reason, missing="请写明争议内容：哪一项、本单位认为应是多少、依据是什么。")
    current = locked(record)
    expect(current, RecordStatus.SUBMITTED, verb="提出争议")
    expect_other_side(current, by, verb="提出争议")
    if current.confirming_organisation() is None:
        raise RuleBroken("由主管部门确认的记录不走争议，请确认或退回。")
    if current.is_withdrawal:
        raise RuleBroken("对作废申请不提出争议；不同意作废的，请退回并写明原因。")
    if current.dispute_ruling:
        raise RuleBroken(
            f"主管部门已作出处理（{current.dispute_ruling}），对同一次提交不能再提出争议，请确认或退回。"
        )
    write(
        record,
        status=RecordStatus.DISPUTED,
        dispute_reason=reason,
        dispute_answer="",
        disputed_at=timezone.now(),
    )
    told(record, by, f"提出争议：{reason}")


@transaction.atomic
def record_dispute_drop(*, record: TwoSidedRecord, by: User) -> None:
    """In dispute → waiting again: the side that objected is satisfied with the answer."""
    current = locked(record)
    expect(current, RecordStatus.DISPUTED, verb="撤回争议")
    expect_other_side(current, by, verb="撤回争议")
    write(record, status=RecordStatus.SUBMITTED, **NOTHING_DISPUTED)
    told(record, by, "撤回争议")


@transaction.atomic
def record_answer(*, record: TwoSidedRecord, by: User, answer: str) -> None:
    """The entering side's word on the objection; the record stays in dispute. A later word replaces it."""
    answer = stated(answer, field="answer", missing="请写明对争议的说明。")
    current = locked(record)
    expect(current, RecordStatus.DISPUTED, verb="说明")
    expect_own_side(current, by, verb="说明")
    write(record, dispute_answer=answer)
    told(record, by, f"说明：{answer}")


@transaction.atomic
def record_concede(*, record: TwoSidedRecord, by: User) -> None:
    """In dispute → returned: the entering side accepts the objection and mends the record."""
    current = locked(record)
    expect(current, RecordStatus.DISPUTED, verb="接受争议")
    expect_own_side(current, by, verb="接受争议")
    write(record, status=RecordStatus.RETURNED, return_reason=current.dispute_reason)
    told(record, by, "接受争议，收回修改")


@transaction.atomic
def record_rule(*, record: TwoSidedRecord, by: User, ruling: str, upheld: bool) -> None:
    """The bureau's word. Upheld → returned with the ruling as reason; not upheld → waiting again, and the
    confirming side may then only confirm or return."""
    ruling = stated(ruling, field="ruling", missing="请写明处理意见，双方都会看到。")
    current = locked(record)
    expect(current, RecordStatus.DISPUTED, verb="处理争议")
    if not may_rule(record=current, by=by):
        raise RuleBroken("只有项目主管部门的经办人可以处理争议，填报单位不能处理自己的争议。")
    if upheld:
        write(record, status=RecordStatus.RETURNED, return_reason=ruling, dispute_ruling=ruling)
    else:
        write(record, status=RecordStatus.SUBMITTED, dispute_ruling=ruling)
    told(record, by, f"处理争议，{'争议成立' if upheld else '争议不成立'}：{ruling}")
