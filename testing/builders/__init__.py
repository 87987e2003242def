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

from testing.builders.agreements import (
    agreement_draft,
    agreement_in_force,
    confirm_and_file,
    cycle,
    deadline,
    open_version,
    programme,
    target,
)
from testing.builders.attendance import leave, lock_months, month_sheet
from testing.builders.certificates import certificate, proved
from testing.builders.entries import activity_template, entry_draft
from testing.builders.evidence import evidence, evidence_kind_of
from testing.builders.inspections import discipline_rule, inspection
from testing.builders.mentorships import mentorship
from testing.builders.places import (
    COUNTY,
    FAR_AWAY,
    OTHER_COUNTY,
    YEAR_END,
    YEAR_START,
    bureau,
    clinician,
    coordinator,
    officer,
    organisation,
    region,
    unique,
    user,
)
from testing.builders.plans import plan
from testing.builders.postings import batch, change_request, end_early, posting
from testing.builders.promotion import (
    attended,
    candidate,
    promotion_facts,
    promotion_policy,
    promotion_rule,
    recognised,
)
from testing.builders.records import activity, donation, outcome_value, quantities, settle, side, study
from testing.builders.returns import monthly_return, return_subject, returns_begin
from testing.builders.rules import stay_rule

__all__ = [
    "COUNTY",
    "FAR_AWAY",
    "OTHER_COUNTY",
    "YEAR_END",
    "YEAR_START",
    "activity",
    "activity_template",
    "agreement_draft",
    "agreement_in_force",
    "attended",
    "batch",
    "bureau",
    "candidate",
    "certificate",
    "change_request",
    "clinician",
    "confirm_and_file",
    "coordinator",
    "cycle",
    "deadline",
    "discipline_rule",
    "donation",
    "end_early",
    "evidence",
    "evidence_kind_of",
    "entry_draft",
    "inspection",
    "leave",
    "lock_months",
    "mentorship",
    "monthly_return",
    "month_sheet",
    "officer",
    "open_version",
    "organisation",
    "outcome_value",
    "plan",
    "posting",
    "programme",
    "promotion_facts",
    "promotion_policy",
    "promotion_rule",
    "proved",
    "quantities",
    "recognised",
    "region",
    "return_subject",
    "returns_begin",
    "settle",
    "side",
    "stay_rule",
    "study",
    "target",
    "unique",
    "user",
]
