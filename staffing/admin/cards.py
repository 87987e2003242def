"""Waiting work of this room, and the filters that open exactly these rows."""

from core.desk import Card, WaitingFilter, card, list_url
from staffing.models import Activity, AdvancedStudy, Batch, Posting, PostingChange
from staffing.selectors.desk import (
    activities_returned,
    batches_to_file,
    posting_changes_to_decide,
    postings_to_end,
    postings_without_arrival,
    studies_returned,
)
from staffing.selectors.sheets import postings_without_attendance

NO_ARRIVAL, TO_END, RETURNED = "no-arrival", "to-end", "returned"
TO_FILE, TO_DECIDE = "to-file", "to-decide"
NO_ATTENDANCE = "no-attendance"


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


@card("staffing.file_batch", order=45)
def plans_to_file(user):
    return Card(
        "派驻计划待备案",
        batches_to_file(user=user).count(),
        list_url(Batch, waiting=TO_FILE),
        note="各受援单位已接收",
    )


@card("staffing.decide_posting_change", order=47)
def changes_to_decide(user):
    return Card(
        "待批准的延期和提前结束",
        posting_changes_to_decide(user=user).count(),
        list_url(PostingChange, waiting=TO_DECIDE),
        note="申请人不能自己批准",
    )


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
