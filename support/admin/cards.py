"""Waiting work that the desk shows on top, and the filters that open exactly these rows."""

from core.desk import Card, WaitingFilter, card, list_url
from support.models import Agreement, AgreementVersion, Donation, OutcomeValue
from support.selectors.desk import (
    ENDING_WITHIN_DAYS,
    agreements_ending,
    agreements_pending,
    donations_returned,
    outcome_values_to_confirm,
    versions_returned,
    versions_to_file,
)

TO_FILE, RETURNED, PENDING, ENDING, TO_CONFIRM = "to-file", "returned", "pending", "ending", "to-confirm"


class VersionWaiting(WaitingFilter):
    waiting = {TO_FILE: ("待备案", versions_to_file), RETURNED: ("被退回", versions_returned)}


class AgreementWaiting(WaitingFilter):
    waiting = {
        PENDING: ("待签订备案", agreements_pending),
        ENDING: (f"{ENDING_WITHIN_DAYS} 天内到期", agreements_ending),
    }


class OutcomeWaiting(WaitingFilter):
    waiting = {TO_CONFIRM: ("待我确认", outcome_values_to_confirm)}


class DonationWaiting(WaitingFilter):
    waiting = {RETURNED: ("被退回", donations_returned)}


@card("support.file_agreement", order=10)
def to_file(user):
    return Card(
        "协议待备案",
        versions_to_file(user=user).count(),
        list_url(AgreementVersion, waiting=TO_FILE),
        note="双方已确认",
    )


@card("support.file_agreement", order=20)
def returned_versions(user):
    return Card(
        "协议草案被退回",
        versions_returned(user=user).count(),
        list_url(AgreementVersion, waiting=RETURNED),
        tone="bad",
        note="修改后请双方重新确认",
    )


@card("support.view_agreement", order=30)
def pending(user):
    return Card(
        "协议尚未备案",
        agreements_pending(user=user).count(),
        list_url(Agreement, waiting=PENDING),
        tone="info",
        note="草拟或等待双方确认",
    )


@card("support.view_agreement", order=40)
def ending(user):
    return Card(
        "协议即将到期",
        agreements_ending(user=user).count(),
        list_url(Agreement, waiting=ENDING),
        note=f"{ENDING_WITHIN_DAYS} 天内，尚未续签",
    )


@card("support.confirm_record", order=60)
def outcome_values(user):
    return Card(
        "成效数据待确认",
        outcome_values_to_confirm(user=user).count(),
        list_url(OutcomeValue, waiting=TO_CONFIRM),
        note="受援单位已提交",
    )


@card("support.change_donation", order=70)
def returned_donations(user):
    return Card(
        "捐赠记录被退回",
        donations_returned(user=user).count(),
        list_url(Donation, waiting=RETURNED),
        tone="bad",
        note="修改后重新提交",
    )
