"""Entered by one side, confirmed by the other: who may, who never, and what comes of a double click."""

from datetime import date

import pytest
from django.apps import apps
from django.db import transaction

from accounts.models import Role
from core.errors import RuleBroken
from core.models import AuditEvent
from core.tests.together import split, together
from support.models import OutcomeValue
from support.services.records import may_confirm, record_confirm, record_return, record_submit
from testing import builders as build
from testing.scene import people_for

pytestmark = pytest.mark.django_db


class Sides:
    """An agreement with somebody in every role on both sides, above and far away."""

    def __init__(self):
        self.bureau = build.bureau(build.COUNTY)
        self.hospital = build.organisation("hospital")
        self.clinic = build.organisation("township_clinic")
        cycle = build.cycle(build.programme(self.bureau))
        self.agreement = build.agreement_in_force(self.hospital, self.clinic, within=cycle)
        own = people_for(self.bureau, self.hospital, self.clinic)
        far = [
            build.organisation(kind, at=build.FAR_AWAY) for kind in ("bureau", "hospital", "township_clinic")
        ]
        self.people = {f"own {role}": user for role, user in own.items()}
        self.people |= {f"far {role}": user for role, user in people_for(*far).items()}
        self.people["clinic's second"] = build.user(Role.HOSPITAL_COORDINATOR, self.clinic)
        self.people["hospital's second"] = build.user(Role.RECIPIENT_COORDINATOR, self.hospital)
        self.people["another recipient"] = build.user(
            Role.RECIPIENT_COORDINATOR, build.organisation("township_clinic")
        )
        self.people["province officer"] = build.officer(build.bureau("450000"))
        self.people["other county officer"] = build.officer(build.bureau(build.OTHER_COUNTY))

    def may(self, record) -> set[str]:
        """Who may confirm, by asking the rule; the services are held to the same answer."""
        asked = {name for name, user in self.people.items() if may_confirm(record=record, by=user)}
        assert asked == {name for name, user in self.people.items() if goes_through(record, user)}
        return asked


def goes_through(record, by) -> bool:
    """Whether confirming and returning both work for this person; nothing stays."""
    answers = set()
    for verb in (record_confirm, lambda **kwargs: record_return(reason="数量不符", **kwargs)):
        fresh = type(record).objects.get(pk=record.pk)
        try:
            with transaction.atomic():
                verb(record=fresh, by=by)
                transaction.set_rollback(True)
            answers.add(True)
        except RuleBroken:
            answers.add(False)
    (answer,) = answers
    return answer


@pytest.fixture
def sides():
    return Sides()


RECIPIENTS = {"own recipient_coordinator", "clinic's second"}
SENDERS = {"own hospital_coordinator", "hospital's second"}


@pytest.mark.parametrize(
    ("entered_by", "may"),
    [
        ("own hospital_coordinator", RECIPIENTS),
        ("own clinician", RECIPIENTS),
        ("own recipient_coordinator", SENDERS),
        ("clinic's second", SENDERS),
        # what the bureau enters, the recipient confirms
        ("own bureau_officer", RECIPIENTS),
    ],
)
def test_the_other_sides_coordinator_confirms_and_nobody_else(sides, entered_by, may):
    record = build.activity(sides.agreement, status="submitted", by=sides.people[entered_by])
    assert sides.may(record) == may


def test_who_entered_never_confirms_not_even_after_moving_to_the_other_side(sides):
    record = build.donation(sides.agreement, status="submitted")
    person = record.entered_by
    person.organisation, person.roles = sides.clinic, [Role.RECIPIENT_COORDINATOR]
    person.save()
    assert not may_confirm(record=record, by=person) and not goes_through(record, person)


def test_outcome_figures_are_confirmed_by_an_officer_of_the_region(sides):
    record = build.outcome_value(sides.clinic, 153, status="submitted")
    assert sides.may(record) == {"own bureau_officer", "province officer"}


def test_an_officer_who_only_looks_on_does_not_confirm_outcome_figures(sides):
    """The sender's bureau elsewhere sees the partner's figures; confirming them is not its duty."""
    sender = build.organisation("hospital", at=build.OTHER_COUNTY)
    build.agreement_in_force(sender, sides.clinic, within=sides.agreement.cycle)
    record = build.outcome_value(sides.clinic, 153, status="submitted")
    officer = sides.people["other county officer"]
    assert OutcomeValue.objects.visible_to(officer).filter(pk=record.pk).exists()
    assert not may_confirm(record=record, by=officer)


# ---- order
ORDER = {
    # what each verb makes of a record in each state; nothing else is possible
    ("submit", "draft"): "submitted",
    ("submit", "returned"): "submitted",
    ("confirm", "submitted"): "confirmed",
    ("return", "submitted"): "returned",
}


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "confirmed", "superseded"])
def test_each_verb_in_each_state(sides, status):
    entered, other = build.side(sides.agreement, True), build.side(sides.agreement, False)
    verbs = {
        "submit": lambda row: record_submit(record=row, by=entered),
        "confirm": lambda row: record_confirm(record=row, by=other),
        "return": lambda row: record_return(record=row, by=other, reason="人次不符"),
    }
    record = build.donation(sides.agreement, status="confirmed" if status == "superseded" else status)
    model = type(record)
    if status == "superseded":
        model.objects.filter(pk=record.pk).update(status=status)
    happened = {}
    for verb, act in verbs.items():
        try:
            with transaction.atomic():
                act(model.objects.get(pk=record.pk))
                happened[verb, status] = model.objects.get(pk=record.pk).status
                transaction.set_rollback(True)
        except RuleBroken as error:
            assert "现在是" in error.messages[0]
    assert happened == {key: then for key, then in ORDER.items() if key[1] == status}


def test_only_the_side_that_entered_submits(sides):
    record = build.donation(sides.agreement, status="draft")
    mine = {name for name, user in sides.people.items() if user.organisation_id == sides.hospital.pk}
    for name, user in sides.people.items():
        with transaction.atomic():
            if name in mine:
                record_submit(record=type(record).objects.get(pk=record.pk), by=user)
                transaction.set_rollback(True)
            else:
                with pytest.raises(RuleBroken, match="只有填报单位"):
                    record_submit(record=type(record).objects.get(pk=record.pk), by=user)


def test_a_return_needs_a_reason_and_the_next_submit_clears_it(sides):
    record = build.donation(sides.agreement, status="submitted")
    other = build.side(sides.agreement, False)
    for reason in ("", "   "):
        with pytest.raises(RuleBroken, match="退回原因"):
            record_return(record=record, by=other, reason=reason)
    record_return(record=record, by=other, reason=" 收据编号缺失 ")
    record.refresh_from_db()
    assert (record.status, record.return_reason) == ("returned", "收据编号缺失")
    record_submit(record=record, by=record.entered_by)
    record.refresh_from_db()
    assert (record.status, record.return_reason) == ("submitted", "")
    record_confirm(record=record, by=other)
    notes = AuditEvent.objects.filter(subject_id=str(record.pk), subject_type="support.donation")
    assert list(notes.order_by("pk").values_list("note", flat=True)) == [
        "提交",
        "退回：收据编号缺失",
        "提交",
        "确认",
    ]


def test_a_stale_page_decides_nothing(sides):
    record = build.donation(sides.agreement, status="submitted")
    stale = type(record).objects.get(pk=record.pk)
    record_confirm(record=record, by=build.side(sides.agreement, False))
    with pytest.raises(RuleBroken, match="现在是“已确认”"):
        record_return(record=stale, by=build.side(sides.agreement, False), reason="晚了")
    record.refresh_from_db()
    assert record.status == "confirmed"


# ---- at the same moment
@pytest.mark.django_db(transaction=True)
def test_two_confirm_at_once_and_one_of_them_did_it():
    sides = Sides()
    record = build.donation(sides.agreement, status="submitted")
    fresh = [type(record).objects.get(pk=record.pk) for _ in range(2)]
    done, refused = split(
        together(
            lambda: record_confirm(record=fresh[0], by=sides.people["own recipient_coordinator"]),
            lambda: record_confirm(record=fresh[1], by=sides.people["clinic's second"]),
        )
    )
    assert len(done) == len(refused) == 1 and "现在是“已确认”" in refused[0].messages[0]
    assert AuditEvent.objects.filter(subject_type="support.donation", note="确认").count() == 1


@pytest.mark.django_db(transaction=True)
def test_confirm_and_return_at_once_end_in_one_of_the_two():
    sides = Sides()
    record = build.donation(sides.agreement, status="submitted")
    fresh = [type(record).objects.get(pk=record.pk) for _ in range(2)]
    done, refused = split(
        together(
            lambda: record_confirm(record=fresh[0], by=sides.people["own recipient_coordinator"]),
            lambda: record_return(record=fresh[1], by=sides.people["clinic's second"], reason="不符"),
        )
    )
    assert len(done) == len(refused) == 1 and isinstance(refused[0], RuleBroken)
    record.refresh_from_db()
    if record.status == "confirmed":
        assert record.return_reason == ""
    else:
        assert record.status == "returned" and record.confirmed_by is None


# ---- what counts
def test_only_confirmed_records_count(sides):
    for status in ("draft", "submitted", "returned"):
        build.activity(sides.agreement, status=status, on=date(2026, 4, 1))
    counted = build.activity(sides.agreement, on=date(2026, 4, 1))
    Activity = apps.get_model("staffing", "Activity")
    assert list(Activity.objects.confirmed()) == [counted]
    assert Activity.objects.unconfirmed().count() == 3
