"""Builders for tests: each makes one real thing through the real services, with sensible defaults.

    hospital = organisation("hospital")
    clinic = organisation("township_clinic")
    agreement = agreement_in_force(hospital, clinic)          # all of 2026, filed by its bureau
    posting(agreement)                                        # resident 2026-03-01 to 08-31, arrived
    activity(agreement, measures={"lectures": 1, "lecture_audience": 30})    # entered and confirmed

Names, codes and numbers are invented and unique. Who acts is found or made: ``coordinator(organisation)``
gives an organisation's coordinator, ``officer(bureau)`` a bureau's officer. Dates lie in the past of
the real clock, because arrival and activities refuse days to come.
"""

import itertools
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from accounts.models import Organisation, Region, Role, User
from accounts.reference import level_of
from staffing.models import Activity, ActivityType, AdvancedStudy, Batch, Clinician, Measure, Posting
from staffing.services.activities import Outcome, Quantity, activity_save
from staffing.services.postings import batch_create, posting_confirm_arrival, posting_create, posting_end
from staffing.services.studies import study_create
from support.models import (
    Agreement,
    AgreementTarget,
    AgreementVersion,
    Cycle,
    CycleDeadline,
    Donation,
    DonationItem,
    OutcomeIndicator,
    OutcomeValue,
    Programme,
)
from support.models.confirmation import TwoSidedRecord
from support.services.agreements import agreement_create, version_confirm, version_file
from support.services.records import record_confirm, record_return, record_submit

_number = itertools.count(1)

REGION_NAMES = {
    "450000": "广西壮族自治区",
    "450700": "钦州市",
    "450721": "灵山县",
    "451000": "百色市",
    "451027": "凌云县",
    "451028": "乐业县",
    "110000": "北京市",
}
COUNTY = "451027"
OTHER_COUNTY = "450721"
FAR_AWAY = "110000"
KIND_NAMES = {
    "bureau": "卫生健康局",
    "hospital": "人民医院",
    "central_clinic": "中心卫生院",
    "township_clinic": "镇卫生院",
    "community_centre": "社区卫生服务中心",
    "village_room": "村卫生室",
    "government": "人民政府",
}
YEAR_START, YEAR_END = date(2026, 1, 1), date(2026, 12, 31)


def unique(prefix: str = "") -> str:
    """A short text never given before in this process."""
    return f"{prefix}{next(_number):04d}"


# ---- where and who
def region(code: str = COUNTY, name: str = "") -> Region:
    """The region with this code; it and everything above it is made when missing."""
    found = Region.objects.filter(code=code).first()
    if found:
        return found
    above = {9: code[:6], 6: code[:4] + "00"}[len(code)]
    if above == code:
        above = code[:2] + "0000"
    level = Region.Level.TOWNSHIP if len(code) == 9 else level_of(code)
    return Region.objects.create(
        code=code,
        name=name or REGION_NAMES.get(code, f"区划{code}"),
        level=level,
        parent=None if above == code else region(above),
    )


def organisation(kind: str = "hospital", *, at: str | Region = COUNTY, name: str = "", **fields):
    """An organisation of the kind (Organisation.Kind) in a region given by code or row."""
    place = at if isinstance(at, Region) else region(at)
    number = unique()
    return Organisation.objects.create(
        code=fields.pop("code", f"T{number}"),
        name=name or f"{place.name}第{number}{KIND_NAMES[kind]}",
        kind=kind,
        region=place,
        **fields,
    )


def bureau(at: str | Region = "450000", **fields) -> Organisation:
    return organisation("bureau", at=at, **fields)


def user(role: str, of: Organisation | None = None, *, name: str = "", username: str = "", password=None):
    """An account with the role (or a list of roles) at an organisation. No password: use force_login."""
    roles = [role] if isinstance(role, str) else list(role)
    return User.objects.create_user(
        username or unique("u"), password, name=name or unique("演示员"), organisation=of, roles=roles
    )


def _first_with(role: str, of: Organisation) -> User:
    found = User.objects.filter(organisation=of, roles__contains=[role], is_active=True).order_by("pk")
    return found.first() or user(role, of)


def officer(of: Organisation) -> User:
    """The bureau's officer."""
    return _first_with(Role.BUREAU_OFFICER, of)


def coordinator(of: Organisation, *, sending: bool | None = None) -> User:
    """The organisation's coordinator; for a hospital the sending one unless ``sending=False``."""
    if sending is None:
        sending = of.kind == Organisation.Kind.HOSPITAL
    return _first_with(Role.HOSPITAL_COORDINATOR if sending else Role.RECIPIENT_COORDINATOR, of)


def clinician(of: Organisation, name: str = "", *, title: str = "233", **fields) -> Clinician:
    """A person of the organisation; ``title`` is a code (233 主治医师), "" means 未填."""
    number = unique()
    return Clinician.objects.create(
        organisation=of,
        staff_no=fields.pop("staff_no", f"G{number}"),
        name=name or f"梁试{number}",
        title=title,
        **fields,
    )


# ---- programmes and agreements
def programme(of: Organisation | None = None, **fields) -> Programme:
    return Programme.objects.create(
        name=fields.pop("name", unique("对口支援项目")), bureau=of or bureau(), **fields
    )


def cycle(of: Programme | None = None, start: date = YEAR_START, end: date = YEAR_END, **fields) -> Cycle:
    return Cycle.objects.create(
        programme=of or programme(),
        code=fields.pop("code", unique("C-")),
        name=fields.pop("name", unique("周期")),
        start_on=start,
        end_on=end,
        **fields,
    )


def deadline(of: Cycle, kind: str = "arrival", due: date = date(2026, 7, 30)) -> CycleDeadline:
    return CycleDeadline.objects.create(cycle=of, kind=kind, due_on=due)


def agreement_draft(
    sender: Organisation,
    recipient: Organisation,
    start: date = YEAR_START,
    end: date = YEAR_END,
    *,
    within: Cycle | None = None,
    third_party: Organisation | None = None,
    number: str = "",
    **texts,
) -> Agreement:
    """A draft drawn up by the officer of the programme's bureau; ``texts`` are version fields."""
    within = within or cycle(start=start, end=end)
    return agreement_create(
        cycle=within,
        number=number or unique("XY-"),
        sender=sender,
        recipient=recipient,
        third_party=third_party,
        start_on=start,
        end_on=end,
        by=officer(within.programme.bureau),
        **texts,
    )


def target(agreement: Agreement, kind: str = "lectures", minimum=12, *, unit: str = "次", **fields):
    """A measurable promise on the agreement's open version."""
    return AgreementTarget.objects.create(
        version=open_version(agreement), kind=kind, unit=unit, minimum=Decimal(minimum), **fields
    )


def open_version(agreement: Agreement) -> AgreementVersion:
    return agreement.versions.get(status__in=AgreementVersion.OPEN)


def confirm_and_file(agreement: Agreement) -> Agreement:
    """Both sides confirm the open version and the bureau files it; the agreement comes back fresh."""
    version = open_version(agreement)
    version = version_confirm(version=version, by=coordinator(agreement.sender, sending=True))
    version = version_confirm(version=version, by=coordinator(agreement.recipient, sending=False))
    version_file(version=version, by=officer(agreement.cycle.programme.bureau))
    return Agreement.objects.get(pk=agreement.pk)


def agreement_in_force(
    sender: Organisation, recipient: Organisation, start: date = YEAR_START, end: date = YEAR_END, **kwargs
) -> Agreement:
    """Drafted, confirmed by both sides and filed; keyword arguments as for agreement_draft."""
    return confirm_and_file(agreement_draft(sender, recipient, start, end, **kwargs))


# ---- people sent out
def batch(agreement: Agreement, kind: str = "resident", departed: date = date(2026, 3, 1), **fields) -> Batch:
    """A departure of the agreement's sender within its cycle."""
    return batch_create(
        cycle=agreement.cycle,
        sender=agreement.sender,
        code=fields.pop("code", unique("PC-")),
        kind=kind,
        departed_on=departed,
        **fields,
    )


def posting(
    agreement: Agreement,
    person: Clinician | None = None,
    start: date = date(2026, 3, 1),
    end: date = date(2026, 8, 31),
    *,
    kind: str = "resident",
    within: Batch | None = None,
    arrived: bool | date = True,
    ended: bool | date = False,
    reason: str = "",
    by: User | None = None,
    **fields,
) -> Posting:
    """One person's stay, entered by the sender; ``arrived`` True means on the first day.

    ``ended`` True closes it on its planned last day, a date earlier (with a reason).
    """
    within = within or batch(agreement, kind, start)
    entered_by = by or coordinator(agreement.sender, sending=True)
    made = posting_create(
        batch=within,
        agreement=agreement,
        clinician=person or clinician(agreement.sender),
        start_on=start,
        end_on=end,
        by=entered_by,
        **fields,
    )
    if arrived or ended:
        made = posting_confirm_arrival(
            posting=made,
            arrived_on=start if arrived is True or not arrived else arrived,
            by=coordinator(agreement.recipient, sending=False),
        )
    if ended:
        made = posting_end(
            posting=made,
            ended_on=end if ended is True else ended,
            by=entered_by,
            reason=reason or ("" if ended is True else "任务提前完成"),
        )
    return made


# ---- records that two sides answer for
def side(agreement: Agreement, sending: bool) -> User:
    return coordinator(agreement.sender if sending else agreement.recipient, sending=sending)


def settle(record: TwoSidedRecord, status: str, *, entered_by: User, other: User) -> TwoSidedRecord:
    """Bring a draft to the status (draft, submitted, returned, confirmed) by the services' way."""
    if status != "draft":
        record_submit(record=record, by=entered_by)
    if status == "returned":
        record_return(record=record, by=other, reason="人次与签到表不符")
    if status == "confirmed":
        record_confirm(record=record, by=other)
    record.refresh_from_db()
    return record


def _status(confirmed: bool, status: str) -> str:
    return status or ("confirmed" if confirmed else "submitted")


def quantities(measures: Mapping[str, object]) -> dict[Measure, Quantity]:
    """{"lectures": 1, "lecture_audience": Quantity(…)} by measure code."""
    rows = {row.code: row for row in Measure.objects.filter(code__in=measures)}
    return {
        rows[code]: value if isinstance(value, Quantity) else Quantity(Decimal(str(value)))
        for code, value in measures.items()
    }


def activity(
    agreement: Agreement,
    kind: str = "lecture",
    on: date = date(2026, 4, 10),
    *,
    measures: Mapping[str, object] | None = None,
    confirmed: bool = True,
    status: str = "",
    by_sender: bool = True,
    by: User | None = None,
    outcomes: Iterable[Outcome] = (),
    **fields,
) -> Activity:
    """An activity entered by one side and confirmed by the other.

    ``kind`` is an activity type's code; ``measures`` maps measure codes to numbers or Quantity.
    ``status`` (draft, submitted, returned) wins over ``confirmed``.
    """
    entered_by = by or side(agreement, by_sender)
    made = activity_save(
        agreement=agreement,
        activity_type=ActivityType.objects.get(code=kind),
        start_on=on,
        by=entered_by,
        measures=quantities(measures if measures is not None else {"lectures": 1, "lecture_audience": 30}),
        outcomes=tuple(outcomes),
        **fields,
    )
    return settle(
        made, _status(confirmed, status), entered_by=entered_by, other=side(agreement, not by_sender)
    )


def study(
    agreement: Agreement,
    trainee: Clinician | None = None,
    start: date = date(2026, 3, 1),
    end: date = date(2026, 8, 31),
    *,
    confirmed: bool = True,
    status: str = "",
    **fields,
) -> AdvancedStudy:
    """A trainee of the recipient at the sender, entered by the sender, confirmed by the recipient."""
    made = study_create(
        agreement=agreement,
        trainee=trainee or clinician(agreement.recipient, title="234"),
        start_on=start,
        end_on=end,
        by=side(agreement, True),
        **fields,
    )
    return settle(
        made,
        _status(confirmed, status),
        entered_by=side(agreement, True),
        other=side(agreement, False),
    )


def donation(
    agreement: Agreement,
    kind: str = "cash",
    amount: str | int | None = 10000,
    on: date = date(2026, 5, 1),
    *,
    items: Iterable[tuple[str, int, str]] = (),
    confirmed: bool = True,
    status: str = "",
    **fields,
) -> Donation:
    """A donation entered by the sender; ``items`` are (name, quantity, unit)."""
    entered_by = side(agreement, True)
    made = Donation.objects.create(
        agreement=agreement,
        kind=kind,
        given_on=on,
        title=fields.pop("title", unique("捐赠")),
        amount=None if amount is None else Decimal(amount),
        entered_by=entered_by,
        entered_for=entered_by.organisation,
        **fields,
    )
    for name, quantity, unit in items:
        DonationItem.objects.create(donation=made, name=name, quantity=quantity, unit=unit)
    return settle(made, _status(confirmed, status), entered_by=entered_by, other=side(agreement, False))


def outcome_value(
    recipient: Organisation,
    value: str | int,
    year: int = 2026,
    *,
    indicator: str = "revenue",
    baseline: bool = False,
    confirmed: bool = True,
    status: str = "",
    confirmed_by: User | None = None,
    **fields,
) -> OutcomeValue:
    """A recipient's figure of a year, confirmed by an officer of the province above it."""
    entered_by = coordinator(recipient, sending=False)
    made = OutcomeValue.objects.create(
        recipient=recipient,
        indicator=OutcomeIndicator.objects.get(code=indicator),
        year=year,
        value=Decimal(value),
        is_baseline=baseline,
        entered_by=entered_by,
        entered_for=recipient,
        **fields,
    )
    wanted = _status(confirmed, status)
    other = confirmed_by or (
        officer(_bureau_above(recipient)) if wanted in ("confirmed", "returned") else None
    )
    return settle(made, wanted, entered_by=entered_by, other=other)


def _bureau_above(of: Organisation) -> Organisation:
    province = of.region.code[:2] + "0000"
    found = Organisation.objects.filter(kind=Organisation.Kind.BUREAU, region__code=province).first()
    return found or bureau(province)
