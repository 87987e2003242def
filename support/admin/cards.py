"""The filters of the desk that open exactly the rows which lines of 待办 count."""

from core.desk import WaitingFilter
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
from support.selectors.waiting import outcomes_to_confirm


class VersionWaiting(WaitingFilter):
    waiting = {TO_FILE: ("待备案", versions_to_file), RETURNED: ("被退回", versions_returned)}


class AgreementWaiting(WaitingFilter):
    waiting = {
        PENDING: ("待签订备案", agreements_pending),
        ENDING: (f"{ENDING_WITHIN_DAYS} 天内到期", agreements_ending),
    }


class OutcomeWaiting(WaitingFilter):
    waiting = {TO_CONFIRM: ("待我确认", outcomes_to_confirm)}


class DonationWaiting(WaitingFilter):
    waiting = {RETURNED: ("被退回", donations_returned)}
