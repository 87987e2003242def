"""Accounts: which roles go together and where, how far each role sees, what a partner sees."""

from datetime import date

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404

from accounts.models import Organisation, Role, User
from accounts.models.user import REGION_ROLES, SYSTEM_ROLES, UNIT_ROLES
from core.policy import permissions_of
from core.scope import visible_or_404
from testing import builders as build

pytestmark = pytest.mark.django_db

# rooms above this one: named, not imported
Agreement, AgreementTarget, AgreementVersion, Donation = (
    apps.get_model("support", name)
    for name in ("Agreement", "AgreementTarget", "AgreementVersion", "Donation")
)
Activity, Clinician, Posting = (
    apps.get_model("staffing", name) for name in ("Activity", "Clinician", "Posting")
)


def same_set(seen, expected, who="") -> None:
    """Exactly these rows: says by name what leaked and what is missing."""
    seen, expected = set(seen), set(expected)
    leaked, missing = seen - expected, expected - seen
    assert not leaked and not missing, (
        f"{who}: leaked {sorted(map(str, leaked))}, missing {sorted(map(str, missing))}"
    )


class World:
    """A province with two cities, each with a county; a second province that has nothing to do with it.

    In the county of the first city a hospital supports a clinic; it also supports a clinic of the second
    city. The programme is the first city's.
    """

    def __init__(self):
        self.province = build.bureau("450000")
        self.city, self.other_city = build.bureau("451000"), build.bureau("450700")
        self.county, self.other_county = build.bureau("451027"), build.bureau("450721")
        self.hospital = build.organisation("hospital", at="451027")
        self.clinic = build.organisation("township_clinic", at="451027")
        self.far_clinic = build.organisation("township_clinic", at="450721")
        self.idle = build.organisation("township_clinic", at="451028")
        self.stranger = build.organisation("hospital", at=build.FAR_AWAY)
        self.stranger_bureau = build.bureau(build.FAR_AWAY)
        cycle = build.cycle(build.programme(self.city))
        self.near = build.agreement_in_force(self.hospital, self.clinic, within=cycle)
        self.far = build.agreement_in_force(self.hospital, self.far_clinic, within=cycle)

    @property
    def home(self):
        """Everything of the first city."""
        return {self.city, self.county, self.hospital, self.clinic, self.idle}

    @property
    def all(self):
        return self.home | {
            self.province,
            self.other_city,
            self.other_county,
            self.far_clinic,
            self.stranger,
            self.stranger_bureau,
        }


@pytest.fixture
def world():
    return World()


# ---- reach by role
def test_administrators_reach_everything(world):
    for role in SYSTEM_ROLES:
        user = build.user(role)
        same_set(Organisation.objects.visible_to(user), world.all, role)
        same_set(Agreement.objects.visible_to(user), {world.near, world.far}, role)


@pytest.mark.parametrize("role", sorted(REGION_ROLES))
def test_bureau_and_leadership_own_their_region_and_everything_below(world, role):
    south = world.all - {world.stranger, world.stranger_bureau}
    expected = {
        world.province: south,
        world.city: world.home,
        world.county: world.home - {world.city, world.idle},
        world.other_city: {world.other_city, world.other_county, world.far_clinic},
        world.other_county: {world.other_county, world.far_clinic},
        world.stranger_bureau: {world.stranger, world.stranger_bureau},
    }
    for bureau, organisations in expected.items():
        same_set(Organisation.objects.owned_by(build.user(role, bureau)), organisations, f"{role} {bureau}")


@pytest.mark.parametrize("role", sorted(UNIT_ROLES))
def test_unit_roles_own_their_unit_only(world, role):
    for unit in (world.hospital, world.clinic, world.stranger):
        same_set(Organisation.objects.owned_by(build.user(role, unit)), {unit}, f"{role} {unit}")


def test_agreements_seen_by_each_side(world):
    both = {world.near, world.far}
    expected = [
        (Role.HOSPITAL_COORDINATOR, world.hospital, both),
        (Role.HOSPITAL_LEADER, world.hospital, both),
        (Role.RECIPIENT_COORDINATOR, world.clinic, {world.near}),
        (Role.RECIPIENT_COORDINATOR, world.far_clinic, {world.far}),
        (Role.RECIPIENT_COORDINATOR, world.idle, set()),
        (Role.HOSPITAL_COORDINATOR, world.stranger, set()),
        (Role.BUREAU_OFFICER, world.city, both),
        (Role.BUREAU_OFFICER, world.county, both),  # its hospital is the sender
        (Role.BUREAU_LEADER, world.other_county, {world.far}),
        (Role.LEADERSHIP, world.province, both),
        (Role.BUREAU_OFFICER, world.stranger_bureau, set()),
    ]
    for role, home, agreements in expected:
        user = build.user(role, home)
        same_set(Agreement.objects.visible_to(user), agreements, f"{role} {home}")
        same_set(
            AgreementVersion.objects.visible_to(user).values_list("agreement_id", flat=True),
            {agreement.pk for agreement in agreements},
            f"{role} {home} versions",
        )


def test_bureau_of_the_programme_sees_an_agreement_wholly_outside_its_region(world):
    """The programme is its own, the parties are not: it may look, it owns nothing."""
    sender = build.organisation("hospital", at="450721")
    outside = build.agreement_in_force(sender, world.far_clinic, within=world.near.cycle)
    officer = build.officer(world.city)
    assert Agreement.objects.visible_to(officer).filter(pk=outside.pk).exists()
    assert not Agreement.objects.owned_by(officer).filter(pk=outside.pk).exists()


def test_third_party_sees_but_does_not_own(world):
    witness = build.organisation("government", at="450721")
    agreement = build.agreement_in_force(
        world.hospital, world.far_clinic, third_party=witness, within=world.near.cycle
    )
    leader = build.user(Role.LEADERSHIP, build.organisation("government", at="450722", name="另一县政府"))
    assert not Agreement.objects.visible_to(leader).filter(pk=agreement.pk).exists()
    reader = build.user(Role.LEADERSHIP, witness)
    assert Agreement.objects.visible_to(reader).filter(pk=agreement.pk).exists()


# ---- partners
def test_sender_sees_its_recipients_page_but_does_not_own_it(world):
    coordinator = build.coordinator(world.hospital)
    same_set(
        Organisation.objects.visible_to(coordinator),
        {world.hospital, world.clinic, world.far_clinic, world.city},
        "sender sees its partners and the bureau that runs the programme",
    )
    same_set(Organisation.objects.owned_by(coordinator), {world.hospital}, "sender owns")


def test_recipient_sees_its_sender_but_not_the_senders_other_recipients(world):
    coordinator = build.coordinator(world.clinic)
    same_set(
        Organisation.objects.visible_to(coordinator), {world.clinic, world.hospital, world.city}, "recipient"
    )
    same_set(Organisation.objects.owned_by(coordinator), {world.clinic}, "recipient owns")


def test_bureau_sees_partners_of_its_units_elsewhere(world):
    officer = build.officer(world.other_county)
    same_set(
        Organisation.objects.visible_to(officer),
        {world.other_county, world.far_clinic, world.hospital, world.city},
        "recipient's bureau",
    )


def test_recipient_sees_only_the_people_sent_to_it(world):
    here, elsewhere = (build.posting(agreement) for agreement in (world.near, world.far))
    at_home = build.clinician(world.hospital)
    recipient = build.coordinator(world.clinic)
    same_set(Clinician.objects.visible_to(recipient), {here.clinician}, "recipient")
    same_set(Clinician.objects.owned_by(recipient), set(), "recipient owns")
    same_set(Posting.objects.visible_to(recipient), {here}, "recipient")
    same_set(
        Clinician.objects.visible_to(build.coordinator(world.hospital)),
        {here.clinician, elsewhere.clinician, at_home},
        "sender",
    )


def test_rows_are_not_repeated_by_partners(world):
    """A clinician with two postings to one clinic, a hospital with two agreements: one row each."""
    person = build.posting(world.near).clinician
    build.posting(world.near, person, date(2026, 9, 1), date(2026, 9, 30))
    recipient = build.coordinator(world.clinic)
    assert list(Clinician.objects.visible_to(recipient)) == [person]
    assert Organisation.objects.visible_to(build.coordinator(world.hospital)).count() == 4


# ---- clinicians
def test_clinician_sees_own_rows_only(world):
    user = build.user(Role.CLINICIAN, world.hospital)
    me = build.clinician(world.hospital, user=user)
    mine, colleagues = build.posting(world.near, me), build.posting(world.near)
    entered = build.activity(world.near, participants=[colleagues.clinician], by=user)
    taken_part = build.activity(world.near, participants=[me, colleagues.clinician])
    build.activity(world.near, participants=[colleagues.clinician])
    same_set(Posting.objects.visible_to(user), {mine}, "clinician")
    same_set(Clinician.objects.visible_to(user), {me}, "clinician")
    same_set(Activity.objects.visible_to(user), {entered, taken_part}, "clinician")
    assert len(Activity.objects.visible_to(user)) == 2
    same_set(Organisation.objects.owned_by(user), {world.hospital}, "clinician")
    same_set(User.objects.visible_to(user), {user}, "clinician")
    assert not Agreement.objects.visible_to(user).exists()
    assert not Donation.objects.visible_to(user).exists()


# ---- nobody
def test_inactive_anonymous_and_unscoped_see_nothing(world):
    gone = build.coordinator(world.hospital)
    assert Agreement.objects.visible_to(gone).exists()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    gone.refresh_from_db()
    for nobody in (gone, AnonymousUser(), None):
        for model in (Organisation, Agreement, AgreementTarget, User):
            same_set(model.objects.visible_to(nobody), set(), f"{nobody} {model.__name__}")
    for permission in permissions_of(gone.roles):
        assert not gone.has_perm(permission), permission


def test_outside_the_scope_is_404(world):
    stranger = build.coordinator(world.stranger)
    for key in (world.near.pk, 0, "abc", ""):
        with pytest.raises(Http404):
            visible_or_404(Agreement, stranger, pk=key)
    assert visible_or_404(Agreement, build.coordinator(world.clinic), pk=world.near.pk) == world.near


# ---- which roles go together
@pytest.mark.parametrize("apart", sorted(SYSTEM_ROLES))
@pytest.mark.parametrize("other", sorted(set(Role) - SYSTEM_ROLES) + ["the other administrator"])
def test_administrators_hold_nothing_else(apart, other):
    if other == "the other administrator":
        (other,) = SYSTEM_ROLES - {apart}
    home = build.bureau() if other in REGION_ROLES else build.organisation()
    with pytest.raises(ValidationError, match="不能兼任"):
        build.user([apart, other], home)
    person = build.user(other, None if other in SYSTEM_ROLES else home)
    with pytest.raises(IntegrityError, match="user_administrators_apart"), transaction.atomic():
        User.objects.filter(pk=person.pk).update(roles=[apart, other])


@pytest.mark.parametrize("role", sorted(REGION_ROLES))
@pytest.mark.parametrize("kind", sorted(set(Organisation.Kind) - {"bureau", "government"}))
def test_region_roles_only_at_bureaus(role, kind):
    with pytest.raises(ValidationError, match="只能给卫生健康行政部门或政府"):
        build.user(role, build.organisation(kind))


@pytest.mark.parametrize("role", sorted(UNIT_ROLES | {Role.CLINICIAN}))
@pytest.mark.parametrize("kind", ["bureau", "government"])
def test_unit_roles_never_at_bureaus(role, kind):
    with pytest.raises(ValidationError, match="只能给医疗机构"):
        build.user(role, build.organisation(kind))


def test_business_roles_need_an_organisation_and_everybody_a_role():
    for role in set(Role) - SYSTEM_ROLES:
        with pytest.raises(ValidationError):
            build.user(role, None)
    with pytest.raises(ValidationError):
        build.user([], build.organisation())
    with pytest.raises(ValidationError):
        build.user(["king"], build.organisation())
    person = build.user(Role.CLINICIAN, build.organisation())
    for change in ({"organisation": None}, {"roles": []}, {"roles": ["king"]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.filter(pk=person.pk).update(**change)


def test_two_business_roles_in_one_hand_reach_as_far_as_the_wider(world):
    both = build.user([Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR], world.clinic)
    same_set(Agreement.objects.visible_to(both), {world.near}, "both duties")
    assert both.has_perm("staffing.confirm_arrival") and both.has_perm("staffing.enter_posting")


def test_administrators_enter_no_business_data():
    """Neither may add, change, delete or decide anything of the programme."""
    rooms = ("support", "staffing", "assessment", "reports")
    for role in SYSTEM_ROLES:
        business = {name for name in permissions_of([role]) if name.startswith(rooms)}
        entering = {name for name in business if ".view_" not in name}
        assert not entering, (role, entering)


def test_leadership_and_leaders_only_read():
    for role in (Role.LEADERSHIP, Role.HOSPITAL_LEADER):
        rooms = ("accounts", "support", "staffing", "assessment")
        changing = {
            name
            for name in permissions_of([role])
            if name.startswith(rooms) and ".view_" not in name and ".export_" not in name
        }
        assert not changing, (role, changing)


def test_nobody_is_a_superuser():
    boss = User.objects.create_superuser("root", "x-Long-enough-1")
    assert boss.roles == [Role.SYSTEM_ADMIN]
    assert not boss.is_superuser and not boss.has_perm("support.file_agreement")
    assert not boss.has_perm("nobody.registered_this")
