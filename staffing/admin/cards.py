"""The filters of the desk that open exactly the rows which lines of 待办 count."""

from core.desk import WaitingFilter
from staffing.selectors.desk import (
    NO_ARRIVAL,
    NO_ATTENDANCE,
    RETURNED,
    TO_DECIDE,
    TO_END,
    TO_FILE,
    activities_returned,
    batches_to_file,
    posting_changes_to_decide,
    postings_to_end,
    postings_without_arrival,
    studies_returned,
)
from staffing.selectors.sheets import postings_without_attendance


class PostingWaiting(WaitingFilter):
    waiting = {
        NO_ARRIVAL: ("应到岗未确认", postings_without_arrival),
        TO_END: ("到期未结束", postings_to_end),
        NO_ATTENDANCE: ("往月考勤未提交", postings_without_attendance),
    }


class BatchWaiting(WaitingFilter):
    waiting = {TO_FILE: ("待备案", batches_to_file)}


class ChangeWaiting(WaitingFilter):
    waiting = {TO_DECIDE: ("待我批准", posting_changes_to_decide)}


class ActivityWaiting(WaitingFilter):
    waiting = {RETURNED: ("被退回", activities_returned)}


class StudyWaiting(WaitingFilter):
    waiting = {RETURNED: ("被退回", studies_returned)}
