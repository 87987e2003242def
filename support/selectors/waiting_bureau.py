"""What waits for the bureau in the field of agreements, donations and outcome figures, as lines of 待办."""

from collections.abc import Iterator
from datetime import date

from accounts.models import User
from core.desk import list_url
from core.waiting import RETURNED as SENT_BACK
from core.waiting import Waiting
from support.models import Agreement, AgreementVersion, Donation, OutcomeValue
from support.selectors.desk import (
    ENDING,
    ENDING_WITHIN_DAYS,
    PENDING,
    RETURNED,
    TO_CONFIRM,
    TO_FILE,
    agreements_ending,
    agreements_pending,
    donations_returned,
    versions_returned,
    versions_to_file,
)
from support.selectors.waiting import ends_of, outcomes_to_confirm, records_disputed

DISPUTABLE = ((Donation, "条捐赠"), (OutcomeValue, "条成效数据"))


def agreements_and_records(user: User, *, day: date) -> Iterator[Waiting]:
    """Registered as a source of 待办; people with a place at the desk only."""
    if not user.is_staff:
        return
    if user.has_perm("support.file_agreement"):
        yield Waiting(
            versions_to_file(user=user).count(),
            "份协议待备案",
            "去备案",
            list_url(AgreementVersion, waiting=TO_FILE),
            explain="双方已确认，核对文本后备案，协议从此生效。",
        )
        yield Waiting(
            versions_returned(user=user).count(),
            "份协议草案被退回",
            "去修改",
            list_url(AgreementVersion, waiting=RETURNED),
            tone=SENT_BACK,
            explain="按退回原因修改后，请双方重新确认。",
        )
    if user.has_perm("support.view_agreement"):
        yield Waiting(
            agreements_pending(user=user).count(),
            "份协议尚未备案",
            "查看",
            list_url(Agreement, waiting=PENDING),
            explain="还在草拟，或等待双方确认。",
        )
        yield ends_of(
            agreements_ending(user=user),
            "份协议即将到期",
            list_url(Agreement, waiting=ENDING),
            explain=f"{ENDING_WITHIN_DAYS} 天内到期，尚未续签。",
        )
    if user.has_perm("support.confirm_record"):
        yield Waiting(
            outcomes_to_confirm(user=user).count(),
            "条成效数据待确认",
            "去确认",
            list_url(OutcomeValue, waiting=TO_CONFIRM),
            explain="受援单位已提交，核对来源后确认或退回。",
        )
        yield from disputes(user, DISPUTABLE)
    if user.has_perm("support.change_donation"):
        yield Waiting(
            donations_returned(user=user).count(),
            "条捐赠记录被退回",
            "去修改",
            list_url(Donation, waiting=RETURNED),
            tone=SENT_BACK,
            explain="按退回原因修改后重新提交。",
        )


def disputes(user: User, kinds) -> Iterator[Waiting]:
    """Records over which the two sides disagree, seldom any; ``kinds``: (model, words after the number)."""
    for model, what in kinds:
        count = records_disputed(model.objects.visible_to(user)).count()
        if not count:
            continue
        yield Waiting(
            count,
            f"{what}有争议",
            "去处理",
            list_url(model, status__exact="disputed"),
            tone=SENT_BACK,
            explain="双方说法不一，看双方说明后提出处理意见。",
        )
