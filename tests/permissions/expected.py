"""Who sees which rows, written by hand: the one table against which lists, forms and exports are held.

For each model: what the people of hospital and clinic and the clinician see of their own ring. Region
roles see ALL of the county's rings and the two administrators everything, unless the entry says so.
A model without an entry fails.
"""

from dataclasses import dataclass

from django.db.models import Model

from tests.permissions.world import ADMINS, BOSS, CLINICIAN, RECIPIENT, REGION, SENDER, World, reached

ALL, NONE = "all", frozenset()


@dataclass(frozen=True)
class Rows:
    """``hospital``, ``clinic``, ``clinician``: ALL, or names of rows in the ring (see rings.py).

    ``wide`` limits what region roles see of each ring in reach; ``own_only``: rows by role that only
    that very person sees, whatever the region. ``owned``: the same for ``owned_by`` where it differs.
    """

    hospital: str | frozenset = ALL
    clinic: str | frozenset = ALL
    clinician: str | frozenset = NONE
    wide: str | frozenset = ALL
    own_only: dict | None = None
    owned: "Rows | None" = None

    def of(self, role: str):
        if self.own_only is not None:
            return self.own_only.get(role, NONE)
        if role in REGION:
            return self.wide
        return {
            SENDER: self.hospital,
            BOSS: self.hospital,
            RECIPIENT: self.clinic,
            CLINICIAN: self.clinician,
        }[role]


def names(*found: str) -> frozenset:
    return frozenset(found)


REFERENCE = "reference"
NOBODY = Rows(NONE, NONE, NONE, wide=NONE)
PARTIES = Rows()  # both sides of the agreement
PARTNERS_ONLY_READ = Rows(owned=Rows(NONE, NONE))
PLANNED_PEOPLE = names("next_submitted", "next_accepted", "asked_doctor")
HOSPITAL_PEOPLE = names("doctor", "colleague", "idle", "former_doctor", "next_draft") | PLANNED_PEOPLE
CLINIC_PEOPLE = names("trainee", "local")
SENT = names("doctor", "colleague", "former_doctor") | PLANNED_PEOPLE
WITH_DOCTOR = names("activity", "activity_own", "technique")
ASSESSOR_ONLY = Rows(NONE, NONE)
OWN_CERTIFICATES = names("certificate", "certificate_asked")
CERTIFICATES = Rows(clinician=OWN_CERTIFICATES, owned=Rows(NONE, NONE, OWN_CERTIFICATES))
CONCLUDED = names("inspected")
INSPECTED = Rows(CONCLUDED, CONCLUDED, CONCLUDED, owned=Rows(NONE, NONE, CONCLUDED))
OF_THE_PAIR = Rows(clinician=ALL)
OWN_NOTICES = Rows(
    own_only={role: names(f"notice_{role}") for role in (SENDER, RECIPIENT, CLINICIAN, "bureau_officer")}
)
OWN_DIGESTS = Rows(own_only={SENDER: names("digest")})


def kept_by_recipient(*clinicians_rows: str) -> Rows:
    """Written by the recipient, read by the sender; the person sees the own rows."""
    own = names(*clinicians_rows)
    return Rows(clinician=own, owned=Rows(NONE, ALL, own))


EXPECTED: dict[str, Rows | str] = {
    "core.AuditEvent": NOBODY,
    "core.Job": Rows(
        own_only={
            SENDER: names("job", "export_job"),
            "bureau_officer": names("bureau_job", "certificate_job"),
        }
    ),
    "accounts.Notice": OWN_NOTICES,
    "accounts.DigestSent": OWN_DIGESTS,
    "accounts.Region": REFERENCE,
    "accounts.Organisation": Rows(
        hospital=names("hospital", "clinic", "bureau"),
        clinic=names("clinic", "hospital", "bureau"),
        clinician=names("hospital"),
        owned=Rows(names("hospital"), names("clinic"), names("hospital")),
    ),
    "accounts.FormerName": Rows(names("hospital_former"), names("clinic_former")),
    "accounts.User": Rows(
        hospital=names(SENDER, BOSS, CLINICIAN),
        clinic=names(RECIPIENT),
        clinician=names(CLINICIAN),
        # the administrators belong to no organisation
        wide=names(*REGION, SENDER, BOSS, RECIPIENT, CLINICIAN),
    ),
    "support.Programme": Rows(names("programme"), names("programme"), owned=Rows(NONE, NONE)),
    "support.Cycle": Rows(names("cycle"), names("cycle"), owned=Rows(NONE, NONE)),
    # the deadline of one agreement belongs to its two parties, the others to everybody in the cycle
    "support.CycleDeadline": Rows(
        names("deadline", "deadline_of_pair"),
        names("deadline", "deadline_of_pair"),
        owned=Rows(names("deadline_of_pair"), names("deadline_of_pair")),
    ),
    "support.DeadlineRule": Rows(NONE, NONE),
    "support.Agreement": PARTIES,
    "support.AgreementVersion": PARTIES,
    "support.AgreementParty": PARTIES,
    "support.AgreementTarget": PARTIES,
    "support.AgreementAttachment": PARTIES,
    "support.OutcomeIndicator": REFERENCE,
    "support.OutcomeValue": Rows(owned=Rows(NONE, ALL)),
    "support.Speciality": REFERENCE,
    "support.Donation": PARTIES,
    "support.DonationItem": PARTIES,
    "support.DonationUse": PARTIES,
    "staffing.Measure": REFERENCE,
    "staffing.ActivityType": REFERENCE,
    "staffing.ActivityTypeMeasure": REFERENCE,
    "staffing.Clinician": Rows(
        hospital=HOSPITAL_PEOPLE | names("trainee"),
        clinic=CLINIC_PEOPLE | SENT,
        clinician=names("doctor"),
        owned=Rows(HOSPITAL_PEOPLE, CLINIC_PEOPLE, names("doctor")),
    ),
    # a partner sees the person, never the numbers
    "staffing.ClinicianIdentity": Rows(
        hospital=names("doctor_identity"),
        clinic=names("local_identity"),
        clinician=names("doctor_identity"),
        owned=Rows(names("doctor_identity"), names("local_identity"), names("doctor_identity")),
    ),
    "staffing.Batch": Rows(
        # a plan reaches its recipient when it is submitted
        clinic=names("batch", "plan_submitted", "plan_accepted"),
        clinician=names("batch"),
        owned=Rows(ALL, NONE, names("batch")),
    ),
    "staffing.Posting": Rows(clinician=names("posting", "served")),
    "staffing.PlanLine": Rows(clinic=NONE),
    "staffing.BatchAcceptance": PARTIES,
    "staffing.PostingChange": Rows(clinician=names("change_refused")),
    "staffing.StayRule": PARTNERS_ONLY_READ,
    "staffing.Activity": Rows(clinician=WITH_DOCTOR),
    "staffing.ActivityMeasure": Rows(clinician=WITH_DOCTOR),
    "staffing.ActivityOutcome": Rows(clinician=WITH_DOCTOR),
    "staffing.ActivityFinding": Rows(clinician=WITH_DOCTOR),
    # what somebody is typing is seen by nobody else; a hospital's doctors start from its templates
    "staffing.EntryDraft": Rows(own_only={SENDER: names("entry_draft"), CLINICIAN: names("doctor_draft")}),
    "staffing.ActivityTemplate": Rows(clinic=NONE, clinician=ALL),
    "staffing.AdvancedStudy": PARTIES,
    "staffing.ServiceCertificate": CERTIFICATES,
    "staffing.CertificateStay": CERTIFICATES,
    "staffing.CertificateSeries": Rows(NONE, NONE),
    "staffing.PromotionRule": REFERENCE,
    "staffing.PromotionLocationNeed": REFERENCE,
    "staffing.PromotionEquivalent": REFERENCE,
    "staffing.PromotionExemption": REFERENCE,
    "staffing.PromotionPolicy": Rows(NONE, NONE),
    "staffing.PromotionFacts": Rows(clinic=NONE, clinician=ALL),
    "staffing.PromotionCandidate": Rows(clinic=NONE, clinician=names("candidate")),
    "staffing.RecognisedService": Rows(clinic=NONE, clinician=names("recognised", "recognised_draft")),
    # ---- inspections and discipline: a draft is the bureau's alone, a photo no sender's
    "staffing.Inspection": INSPECTED,
    "staffing.InspectionFinding": INSPECTED,
    "staffing.InspectionPhoto": Rows(NONE, names("inspected"), owned=Rows(NONE, NONE)),
    "staffing.DisciplineRule": PARTNERS_ONLY_READ,
    "staffing.DisciplineConsequence": PARTNERS_ONLY_READ,
    # ---- mentorship; everything below belongs to the one confirmed pair
    "staffing.Mentorship": Rows(clinician=names("pair")),
    "staffing.MentorContact": OF_THE_PAIR,
    "staffing.MentorDeed": OF_THE_PAIR,
    "staffing.MentorPlanItem": OF_THE_PAIR,
    "staffing.MentorSummary": OF_THE_PAIR,
    "staffing.MentorTechnique": OF_THE_PAIR,
    "staffing.StudyLog": PARTIES,
    "core.CalendarDay": REFERENCE,
    "staffing.MonthSheet": kept_by_recipient("sheet", "sheet_open", "sheet_served"),
    "staffing.AttendanceRow": kept_by_recipient("row", "row_open", "row_served"),
    "staffing.AttendanceCorrection": kept_by_recipient("correction"),
    "staffing.Leave": Rows(clinician=ALL),
    "staffing.LeaveApproval": Rows(clinician=ALL),
    "staffing.LeavePolicy": PARTNERS_ONLY_READ,
    "assessment.ScoreTemplate": REFERENCE,
    "assessment.ScoreItem": REFERENCE,
    "assessment.GradeBand": REFERENCE,
    "assessment.Assessment": ASSESSOR_ONLY,
    "assessment.ItemScore": ASSESSOR_ONLY,
    # ---- evidence; fingerprints and pairs of texts are met by the bureau's page alone
    "support.DonationEvidence": PARTIES,
    "staffing.ActivityEvidence": Rows(clinician=WITH_DOCTOR),
    "staffing.TextPrint": Rows(names("print_first"), names("print_second")),
    "staffing.SimilarPair": PARTIES,
    "staffing.SimilarityVerdict": PARTIES,
    # ---- monthly returns: whole only to whoever reported; the hospital reads those of its own people
    "reports.MonthlyReturn": Rows(
        hospital=names("hospital_return", "person_return"),
        clinic=names("clinic_return", "person_return"),
        clinician=names("person_return"),
        owned=Rows(names("hospital_return"), names("clinic_return", "person_return"), names("person_return")),
    ),
    "reports.ReturnRule": Rows(NONE, NONE),
    "reports.Summary": Rows(names("summary", "summary_draft"), names("clinic_summary")),
}

# rows below a record are named by the record
PARENT = {
    "staffing.ActivityMeasure": "activity_id",
    "staffing.ActivityOutcome": "activity_id",
    "staffing.ActivityEvidence": "activity_id",
    "staffing.ActivityFinding": "activity_id",
    "staffing.CertificateStay": "certificate_id",
    "staffing.InspectionFinding": "inspection_id",
    "staffing.InspectionPhoto": "inspection_id",
}


def expected(world: World, model: type[Model], role: str, ring: str, *, owned: bool = False) -> set[int]:
    """Primary keys of exactly the rows that this user may see (``owned``: may call the own ones)."""
    label = model._meta.label
    entry = EXPECTED[label]
    if entry == REFERENCE:
        return set(model._base_manager.values_list("pk", flat=True))
    if role in ADMINS:
        return set(model._base_manager.values_list("pk", flat=True))
    if owned and entry.owned is not None:
        entry = entry.owned
    rings = (ring,) if entry.own_only is not None else reached(role, ring)
    return {pk for name in rings for pk in _named(world.rings[name], label, entry.of(role))}


def _named(ring, label: str, wanted) -> set[int]:
    rows = ring.rows[label]
    if wanted == ALL:
        return set(rows)
    if label == "accounts.User":
        return {ring.people[role].pk for role in wanted}
    keys = {getattr(ring, name).pk for name in wanted}
    parent = PARENT.get(label)
    return {pk for pk, row in rows.items() if (getattr(row, parent) if parent else pk) in keys}
