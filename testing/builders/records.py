"""Builders: what one side enters and the other confirms."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from accounts.models import Organisation, User
from staffing.models import Activity, ActivityType, AdvancedStudy, Clinician, Measure
from staffing.services.activities import Outcome, Quantity, activity_save
from staffing.services.studies import study_create
from support.models import Agreement, Donation, DonationItem, OutcomeIndicator, OutcomeValue
from support.models.confirmation import TwoSidedRecord
from support.services.donations import donation_save
from support.services.records import record_confirm, record_return, record_submit
from testing.builders.places import bureau, clinician, coordinator, officer, unique


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
    made = donation_save(
        agreement=agreement,
        kind=kind,
        given_on=on,
        title=fields.pop("title", unique("捐赠")),
        amount=None if amount is None else Decimal(amount),
        items=[DonationItem(name=name, quantity=quantity, unit=unit) for name, quantity, unit in items],
        by=entered_by,
        **fields,
    )
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
