"""Waiting work of this room, and the filters that open exactly these rows."""

from core.desk import Card, WaitingFilter, card, list_url
from staffing.models import Activity, AdvancedStudy, Posting
from staffing.selectors.desk import (
    activities_returned,
    postings_to_end,
    postings_without_arrival,
    studies_returned,
)
from staffing.selectors.sheets import postings_without_attendance

NO_ARRIVAL, TO_END, RETURNED = "no-arrival", "to-end", "returned"
NO_ATTENDANCE = "no-attendance"


class PostingWaiting(WaitingFilter):
    waiting = {
        NO_ARRIVAL: ("应到岗未确认", postings_without_arrival),
        TO_END: ("到期未结束", postings_to_end),
        NO_ATTENDANCE: ("往月考勤未提交", postings_without_attendance),
    }


class ActivityWaiting(WaitingFilter):
    waiting = {RETURNED: ("被退回", activities_returned)}


class StudyWaiting(WaitingFilter):
    waiting = {RETURNED: ("被退回", studies_returned)}


@card("staffing.view_posting", order=50)
def without_arrival(user):
    return Card(
        "应到岗未确认",
        postings_without_arrival(user=user).count(),
        list_url(Posting, waiting=NO_ARRIVAL),
        tone="bad",
        note="已到开始日期",
    )


@card("staffing.manage_posting", order=55)
def to_end(user):
    return Card(
        "派驻到期未结束",
        postings_to_end(user=user).count(),
        list_url(Posting, waiting=TO_END),
        note="请登记结束日期",
    )


@card("staffing.view_posting", order=57)
def without_attendance(user):
    return Card(
        "往月考勤未提交（人）",
        postings_without_attendance(user=user).count(),
        list_url(Posting, waiting=NO_ATTENDANCE),
        tone="bad",
        note="没有锁定的天数不计入派驻时长",
    )


@card("staffing.change_activity", order=72)
def returned_activities(user):
    return Card(
        "活动被退回",
        activities_returned(user=user).count(),
        list_url(Activity, waiting=RETURNED),
        tone="bad",
        note="修改后重新提交",
    )


@card("staffing.change_advancedstudy", order=74)
def returned_studies(user):
    return Card(
        "进修记录被退回",
        studies_returned(user=user).count(),
        list_url(AdvancedStudy, waiting=RETURNED),
        tone="bad",
        note="修改后重新提交",
    )
