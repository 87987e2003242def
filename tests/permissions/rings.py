"""One ring of the world: a bureau, a hospital, a clinic and everything they can have with each other.

Every text of a ring carries its mark, so that a page which shows a row it must not show is caught by
its words, whatever the page is. Rows are reached by attribute (``ring.agreement``) for the tables.
"""

from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.db.models import Model

from accounts.models import FormerName, Role, User
from assessment.models import ScoreTemplate
from assessment.services.assessments import Mark, assessment_decide, assessment_open, assessment_score
from core.checks import our_models
from core.jobs import store_atomically
from core.models import CalendarDay, Job
from reports.models import Summary
from reports.services.summaries import summary_attach, summary_file_name, summary_freeze
from staffing.marks import Cell
from staffing.models import Activity, LeavePolicy
from staffing.services.activities import Outcome
from staffing.services.corrections import correction_request
from support.models import AgreementAttachment, Cycle
from support.models.confirmation import RecordStatus
from support.services.agreements import agreement_amend, version_confirm
from testing import builders as build
from testing.scene import people_for

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(repr=False)
class Ring:
    """``mark``/``code``: the words no other ring has; ``rows``: all its rows by model label."""

    name: str
    mark: str
    code: str
    place: str
    year: int
    people: dict[str, User] = field(default_factory=dict)
    named: dict[str, Model] = field(default_factory=dict)
    rows: dict[str, dict[int, Model]] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Model:
        try:
            return self.__dict__["named"][name]
        except KeyError as error:
            raise AttributeError(name) from error

    def on(self, month: int, day: int) -> date:
        return date(self.year, month, day)


def build_ring(ring: Ring) -> Ring:
    """Fill the ring; what it made is found by comparing the tables before and after."""
    before = {model: set(model.objects.values_list("pk", flat=True)) for model in our_models()}
    it = SimpleNamespace()
    for step in (_places, _agreements, _people, _records, _judgements, _papers, _attendance):
        step(ring, it)
    ring.named = {name: _fresh(row) for name, row in vars(it).items()}
    ring.rows = {
        model._meta.label: model.objects.exclude(pk__in=known).in_bulk() for model, known in before.items()
    }
    return ring


def _fresh(row: Model) -> Model:
    return type(row)._base_manager.get(pk=row.pk)


def _places(ring: Ring, it) -> None:
    mark, code = ring.mark, ring.code
    kinds = {"bureau": "bureau", "hospital": "hospital", "clinic": "township_clinic"}
    for name, kind in kinds.items():
        made = build.organisation(
            kind, at=ring.place, name=f"{mark}{build_name(kind)}", code=f"{code}-{name.upper()}", contact=mark
        )
        setattr(it, name, made)
        setattr(it, f"{name}_former", FormerName.objects.create(organisation=made, name=f"{mark}旧名"))
    ring.people = people_for(it.bureau, it.hospital, it.clinic)
    for role, user in ring.people.items():
        user.name, user.username = f"{mark}用户", f"{code}-{role}".lower()
        user.save()
    it.programme = build.programme(it.bureau, name=f"{mark}项目", basis=f"{mark}依据")
    it.cycle = build.cycle(it.programme, ring.on(1, 1), ring.on(12, 31), code=f"{code}-C", name=f"{mark}周期")
    it.cycle.recipients_planned.add(it.clinic)
    it.deadline = build.deadline(it.cycle, due=ring.on(7, 30))
    # nothing hangs on these two, so that they can be removed
    it.spare_programme = build.programme(it.bureau, name=f"{mark}备用项目")
    it.spare_cycle = build.cycle(
        it.programme, ring.on(1, 1), ring.on(6, 30), code=f"{code}-S", name=f"{mark}备用周期"
    )


def build_name(kind: str) -> str:
    return {"bureau": "卫生健康局", "hospital": "人民医院", "township_clinic": "镇卫生院"}[kind]


def _draft(ring: Ring, it, name: str):
    return build.agreement_draft(
        it.hospital,
        it.clinic,
        ring.on(1, 1),
        ring.on(12, 31),
        within=it.cycle,
        number=f"{ring.code}-{name}",
        title=f"{ring.mark}协议书",
        year_goal=f"{ring.mark}目标",
    )


def _agreements(ring: Ring, it) -> None:
    """Filed, with an amendment under way; besides one agreement at each step before the file."""
    it.agreement = _draft(ring, it, "XY")
    it.filed = build.open_version(it.agreement)
    it.target = build.target(it.agreement, detail=f"{ring.mark}指标说明")
    it.party = it.filed.parties.get(part="sender")
    it.party.contact = f"{ring.mark}联络人"
    it.party.save()
    it.attachment = AgreementAttachment(
        version=it.filed, name=f"{ring.mark}扫描件", uploaded_by=ring.people[Role.BUREAU_OFFICER]
    )
    it.attachment.file.save("scan.pdf", ContentFile(PDF), save=True)
    it.agreement = build.confirm_and_file(it.agreement)
    it.amendment = agreement_amend(
        agreement=it.agreement, reason=f"{ring.mark}变更", by=ring.people[Role.BUREAU_OFFICER]
    )
    it.pending = _draft(ring, it, "CAO")
    it.draft = build.open_version(it.pending)
    half, ready = _draft(ring, it, "BAN"), _draft(ring, it, "DAI")
    sender, recipient = (
        ring.people[role] for role in (Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR)
    )
    it.half = version_confirm(version=build.open_version(half), by=sender)
    it.ready = version_confirm(version=build.open_version(ready), by=sender)
    it.ready = version_confirm(version=it.ready, by=recipient)
    # in force and with nothing under way, so that it can be amended and renewed
    it.calm = build.confirm_and_file(_draft(ring, it, "JING"))


def _person(ring: Ring, of, number: int, **fields):
    return build.clinician(
        of,
        f"{ring.mark}医师{number}",
        staff_no=f"{ring.code}-{number}",
        department=f"{ring.mark}科",
        **fields,
    )


def _people(ring: Ring, it) -> None:
    it.doctor = _person(ring, it.hospital, 1, user=ring.people[Role.CLINICIAN])
    it.colleague, it.idle = _person(ring, it.hospital, 2), _person(ring, it.hospital, 3)
    it.trainee, it.local = _person(ring, it.clinic, 4), _person(ring, it.clinic, 5)
    departed = ring.on(3, 1)
    it.batch = build.batch(it.agreement, departed=departed, code=f"{ring.code}-PC", task=f"{ring.mark}任务")
    it.empty_batch = build.batch(it.agreement, departed=departed, code=f"{ring.code}-PC2")
    days = {"start": departed, "end": ring.on(8, 31), "within": it.batch}
    it.posting = build.posting(it.agreement, it.doctor, department=f"{ring.mark}内科", **days)
    it.planned = build.posting(it.agreement, it.colleague, arrived=False, **days)
    past = {"start": ring.on(3, 1), "end": ring.on(4, 30), "within": it.batch}
    it.former_doctor = _person(ring, it.hospital, 6)
    it.ended = build.posting(it.agreement, it.former_doctor, ended=True, **past)


def _records(ring: Ring, it) -> None:
    """Each kind of two-sided record in each of its states."""
    on = ring.on(4, 10)
    clinician = ring.people[Role.CLINICIAN]
    for number, (name, how) in enumerate(
        {
            "activity": {"participants": [it.doctor]},
            "activity_submitted": {"status": "submitted"},
            "activity_returned": {"status": "returned"},
            "activity_draft": {"status": "draft"},
            "activity_own": {"status": "draft", "by": clinician, "participants": [it.doctor]},
            "activity_bureau": {"status": "draft", "by": ring.people[Role.BUREAU_OFFICER]},
            "activity_theirs": {"status": "submitted", "by_sender": False},
            "activity_old": {},
        }.items()
    ):
        made = build.activity(it.agreement, on=on, topic=f"{ring.mark}讲座{number}", place=ring.mark, **how)
        setattr(it, name, made)
    Activity.objects.filter(pk=it.activity_old.pk).update(status=RecordStatus.SUPERSEDED)
    it.technique = build.activity(
        it.agreement,
        "technique",
        on,
        measures={"techniques": 1},
        participants=[it.doctor],
        outcomes=[Outcome("technique", f"{ring.mark}新技术", it.doctor)],
        topic=f"{ring.mark}技术",
    )
    study = {"start": ring.on(3, 1), "end": ring.on(5, 31), "department": f"{ring.mark}进修科"}
    it.study = build.study(it.agreement, it.trainee, **study)
    later = study | {"start": ring.on(6, 1), "end": ring.on(8, 31)}
    it.study_draft = build.study(it.agreement, it.trainee, status="draft", **later)
    last = study | {"start": ring.on(9, 1), "end": ring.on(10, 31)}
    it.study_submitted = build.study(it.agreement, it.trainee, status="submitted", **last)
    given = ring.on(5, 1)
    it.donation = build.donation(
        it.agreement, "goods", None, given, items=[(f"{ring.mark}床", 2, "张")], title=f"{ring.mark}捐物"
    )
    it.donation_draft = build.donation(
        it.agreement, on=given, status="draft", title=f"{ring.mark}捐款", amount=100
    )
    it.donation_submitted = build.donation(
        it.agreement, on=given, status="submitted", title=f"{ring.mark}捐款二", amount=200
    )
    officer = ring.people[Role.BUREAU_OFFICER]
    it.outcome = build.outcome_value(
        it.clinic, 100, ring.year, confirmed_by=officer, source=f"{ring.mark}来源"
    )
    it.outcome_submitted = build.outcome_value(it.clinic, 90, ring.year - 1, status="submitted")


def _judgements(ring: Ring, it) -> None:
    officer, leader = (ring.people[role] for role in (Role.BUREAU_OFFICER, Role.BUREAU_LEADER))
    tables = {row.subject: row for row in ScoreTemplate.objects.order_by("version")}
    it.scoring = assessment_open(cycle=it.cycle, template=tables["person"], by=officer, clinician=it.doctor)
    graded = {"final": ("hospital", it.hospital), "scored": ("recipient", it.clinic)}
    for name, (subject, unit) in graded.items():
        made = assessment_open(cycle=it.cycle, template=tables[subject], by=officer, organisation=unit)
        full = {item: Mark(item.weight, ring.mark) for item in tables[subject].items.all()}
        setattr(it, name, assessment_score(assessment=made, scores=full, by=officer))
    it.final = assessment_decide(assessment=it.final, by=leader, final_grade=it.final.computed_grade)


def _papers(ring: Ring, it) -> None:
    """One summary frozen with its file, three drafts (as rows: wording them would take seconds)."""
    coordinator, officer = (ring.people[role] for role in (Role.HOSPITAL_COORDINATOR, Role.BUREAU_OFFICER))
    common = {"cycle": Cycle.objects.get(pk=it.cycle.pk), "issued_on": ring.on(12, 31)}
    hospital = {"organisation": it.hospital, "edition": "hospital", "requested_by": coordinator, **common}
    it.summary = summary_freeze(summary=Summary.objects.create(**hospital), by=coordinator)
    summary_attach(summary=it.summary, name=store_atomically(summary_file_name(it.summary), PDF), pages=1)
    it.summary_draft = Summary.objects.create(version=2, reason=f"{ring.mark}更正", **hospital)
    it.clinic_summary = Summary.objects.create(organisation=it.clinic, edition="clinic", **common)
    it.bureau_summary = Summary.objects.create(organisation=it.bureau, edition="bureau", **common)
    for name, requester in (("job", coordinator), ("bureau_job", officer)):
        made = Job.objects.create(
            kind="reports.render_summary",
            unique_key=f"{ring.code}-{name}",
            label=f"{ring.mark}总结",
            requester=requester,
            payload={"summary": it.summary.pk},
            state=Job.State.FAILED,
            error=f"{ring.mark}原因",
        )
        setattr(it, name, made)


def _attendance(ring: Ring, it) -> None:
    """A locked month and one being filled in, a correction and leave that wait, one approved."""
    keeper, account = (ring.people[role] for role in (Role.RECIPIENT_COORDINATOR, Role.CLINICIAN))
    it.calendar_day, _ = CalendarDay.objects.get_or_create(
        day=ring.on(12, 25), defaults={"is_working": True, "name": "照常上班"}
    )
    it.leave_policy = LeavePolicy.objects.create(
        programme=it.programme, up_to_days=2, levels=["recipient"], basis=f"{ring.mark}请假规定"
    )
    it.sheet = build.month_sheet(it.clinic, ring.on(3, 1), by=keeper)
    it.sheet_open = build.month_sheet(it.clinic, ring.on(4, 1), by=keeper, locked=False)
    it.row, it.row_open = (sheet.rows.get(posting=it.posting) for sheet in (it.sheet, it.sheet_open))
    it.correction = correction_request(
        sheet=it.sheet,
        posting=it.posting,
        cells=[Cell(it.posting.pk, ring.on(3, 12), "am", "A")],
        reason=f"{ring.mark}更正",
        by=keeper,
    )
    asked = {"by": account, "reason": f"{ring.mark}事由", "approved": False}
    it.leave = build.leave(it.posting, ring.on(5, 6), **asked)
    it.leave_long = build.leave(it.posting, ring.on(6, 1), ring.on(6, 10), **asked)
    it.leave_approved = build.leave(it.posting, ring.on(7, 6), **asked | {"approved": True})
