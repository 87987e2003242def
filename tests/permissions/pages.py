"""Every page outside the desk: who holds its permission and what each role gets, written by hand.

``holders`` hold the permission; anybody else gets 403. A holder whose reach has not got the object
gets 404. ``own`` says what differs for holders who are near the object: a status, or REFUSED (the
page answers with a redirect and a message, and nothing is written). A view without an entry fails.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from staffing.services.attendance import sheet_fill_present
from tests.permissions.rings import PNG, Ring, certificate_pdf
from tests.permissions.world import (
    AUDIT,
    BOSS,
    BUSINESS,
    CLINICIAN,
    EVERYBODY,
    LEADER,
    OFFICER,
    RECIPIENT,
    REGION,
    SENDER,
    SYSTEM,
    UNITS,
)

PUBLIC = "public"
REFUSED = "refused"
COORDINATORS = frozenset({SENDER, RECIPIENT})
CONFIRMERS = COORDINATORS | {OFFICER}
READERS = REGION | UNITS
SOME_READERS = UNITS | {OFFICER}
PROMOTION_READERS = REGION | {SENDER, BOSS}
GET, POST, FORM = ("GET",), ("POST",), ("GET", "POST")


NOT_TO_ME = dict.fromkeys(EVERYBODY - {SENDER}, 404)
NOTIFIED = frozenset({SENDER, RECIPIENT, CLINICIAN, OFFICER})


@dataclass(frozen=True)
class Page:
    """One case of a view. ``of``: the row of the OWN ring whose page it is; ``data``: what is posted.

    ``lists``: (context key, model label, whether only owned rows) of a list page. ``far``: what holders
    beyond reach get. ``reads_write``: tables that reading may write. ``answer``: success of a POST, which
    then has written if it is a redirect, or with ``saves`` (a page that saves while one types).
    ``anywhere``: what is posted names no row, so that everybody writes at home. ``roles``: who is tried
    (a page that computes a whole summary takes its time; one of several alike is enough).
    ``neighbour``: what holders get who meet the row from another ring of the county, where it differs.
    """

    holders: frozenset | str
    methods: tuple[str, ...] = GET
    of: str = ""
    own: dict = field(default_factory=dict)
    data: Callable[[Ring], dict] = lambda ring: {}
    query: Callable[[Ring], str] = lambda ring: ""
    kwargs: Callable[[Ring], dict] | None = None
    before: Callable[[Ring], object] | None = None
    lists: tuple | None = None
    far: int | str = 404
    get_status: int = 200
    answer: int = 302
    reads_write: tuple[str, ...] = ()
    anywhere: bool = False
    saves: bool = False
    roles: frozenset = EVERYBODY
    neighbour: int | None = None

    @property
    def is_about_a_row(self) -> bool:
        return bool(self.of) or self.kwargs is not None

    def url(self, name: str, ring: Ring) -> str:
        kwargs = self.kwargs(ring) if self.kwargs else {"pk": getattr(ring, self.of).pk} if self.of else {}
        return reverse(name, kwargs=kwargs) + self.query(ring)


def listing(holders, label: str, *, owned: bool = False) -> Page:
    return Page(holders, lists=("page", label, owned))


def detail(row: str, holders=BUSINESS, **own) -> Page:
    return Page(holders, of=row, own={CLINICIAN: 404, **own})


def verb(row: str, holders, own: dict | None = None, **data) -> Page:
    return Page(holders, POST, of=row, own=own or {}, data=lambda ring: data)


def record_verbs(
    name: str, row: str, enter: frozenset, entered: dict, *, wrong: str, disputable: bool = True
) -> dict[str, Page]:
    """The buttons of a two-sided record that the hospital entered. ``row``: the names of its rows in the
    ring begin with it, the confirmed one is called just that."""
    sent, text = f"{row}_submitted", {"reason": wrong}
    pages = {
        "submit": verb(f"{row}_draft", enter, entered),
        "delete": verb(f"{row}_draft", enter, entered),
        "retract": verb(sent, enter, entered),
        "withdraw": verb(row, enter, entered, **text),
    }
    if disputable:
        disputed = f"{row}_disputed"
        pages |= {
            "confirm": verb(sent, CONFIRMERS, BY_RECIPIENT),
            "return": verb(sent, CONFIRMERS, BY_RECIPIENT, **text),
            "dispute": verb(sent, CONFIRMERS, BY_RECIPIENT, **text),
            "drop": verb(disputed, CONFIRMERS, BY_RECIPIENT),
            "answer": verb(disputed, enter, entered, answer="与签到表一致"),
            "concede": verb(disputed, enter, entered),
            "rule": verb(disputed, frozenset({OFFICER}), upheld="yes", ruling="按签到表更正"),
        }
    return {f"{name}-{button}": page for button, page in pages.items()}


def activity_form(ring: Ring, agreement=None) -> dict:
    from staffing.models import ActivityTypeMeasure

    rows = ActivityTypeMeasure.objects.filter(activity_type__code="lecture")
    return {
        "client_key": "6f8a2c1e-0000-4000-8000-000000000001",
        "agreement": (agreement or ring.agreement).pk,
        "start_on": ring.on(5, 5),
        "topic": f"{ring.mark}新讲座",
        "outcomes-TOTAL_FORMS": 0,
        "outcomes-INITIAL_FORMS": 0,
        "findings-TOTAL_FORMS": 0,
        "findings-INITIAL_FORMS": 0,
    } | {f"measure_{row.measure_id}": 1 for row in rows}


def donation_form(ring: Ring) -> dict:
    return {
        "agreement": ring.agreement.pk,
        "kind": "cash",
        "given_on": ring.on(5, 6),
        "title": f"{ring.mark}再捐",
        "amount": 50,
        "qualifier": "exact",
        "valuation": "stated",
        "items-TOTAL_FORMS": 0,
        "items-INITIAL_FORMS": 0,
    }


def outcome_period(ring: Ring) -> str:
    return f"?year={ring.year - 3}&period=year"


def outcome_form(ring: Ring) -> dict:
    from support.models import OutcomeIndicator

    return {f"value_{OutcomeIndicator.objects.get(code='beds').pk}": 40, "source": f"{ring.mark}年报"}


def outcome_correction(ring: Ring) -> dict:
    return {"value": 101, "replace_reason": f"{ring.mark}录入有误"}


def study_form(ring: Ring) -> dict:
    return {
        "agreement": ring.agreement.pk,
        "trainee": ring.trainee.pk,
        "start_on": ring.on(11, 1),
        "end_on": ring.on(11, 30),
    }


def inspection_form(ring: Ring) -> dict:
    return {
        "recipient": ring.clinic.pk,
        "inspected_on": ring.on(6, 3),
        "half": "pm",
        "inspectors": f"{ring.mark}检查组",
    }


def sheet_form(ring: Ring) -> dict:
    rows = ring.recording.findings.values_list("pk", flat=True)
    return {"inspectors": f"{ring.mark}检查组"} | {f"result_{pk}": "absent" for pk in rows}


def by_the_bureau(row: str, role, **data) -> Page:
    """Only the very bureau that recorded it, whatever another one sees."""
    return Page(frozenset({role}), POST, of=row, data=lambda ring: data, neighbour=403)


def pair_form(ring: Ring) -> dict:
    return {
        "agreement": ring.agreement.pk,
        "mentor": ring.doctor.pk,
        "apprentice": ring.trainee.pk,
        "start_on": ring.on(9, 1),
        "end_on": ring.on(10, 31),
        "monthly_visits": 3,
        "monthly_days": 3,
    }


def mentor_plan_form(ring: Ring) -> dict:
    return {
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 0,
        "lines-0-what": f"{ring.mark}新计划",
        "lines-0-unit": "次",
        "lines-0-target": 5,
    }


def plan_form(ring: Ring, **more) -> dict:
    return {
        "code": ring.plan_draft.code,
        "departed_on": ring.on(9, 1),
        "explanation": f"{ring.mark}说明",
        "lines-TOTAL_FORMS": 1,
        "lines-INITIAL_FORMS": 1,
        "lines-0-clinician": ring.idle.pk,
        "lines-0-agreement": ring.agreement.pk,
        "lines-0-start_on": ring.on(9, 1),
        "lines-0-end_on": ring.on(11, 30),
        "lines-0-role": "member",
    } | more


def next_form(ring: Ring) -> dict:
    return {"cycle": ring.cycle.pk, "code": f"{ring.code}-NEXT", "overlap_days": 0}


def batch_form(ring: Ring) -> dict:
    return {
        "cycle": ring.cycle.pk,
        "code": f"{ring.code}-NEW",
        "kind": "circuit",
        "departed_on": ring.on(3, 1),
    }


def person_form(ring: Ring) -> dict:
    return {"name": f"{ring.mark}新人", "staff_no": f"{ring.code}-9", "sex": "0", "title": ""}


def certificate_form(ring: Ring) -> dict:
    return {"kind": "certificate", "postings": [ring.served.pk], "until": ring.on(10, 15)}


def certificate_upload(ring: Ring) -> dict:
    return {"file": SimpleUploadedFile("a.pdf", certificate_pdf(ring), "application/pdf")}


def candidates_form(ring: Ring) -> dict:
    return {"people": [ring.idle.pk], "target": "associate", "year": ring.candidate.application_year}


def recognised_form(ring: Ring) -> dict:
    return {
        "kind": "grassroots",
        "start_on": "2023-01-01",
        "end_on": "2023-06-30",
        "place": f"{ring.mark}乡",
        "location": "township",
        "evidence": f"{ring.mark}新证明",
    }


def summary_form(ring: Ring) -> dict:
    return {
        "organisation": ring.hospital.pk,
        "cycle": ring.cycle.pk,
        "year": ring.year,
        "issued_on": ring.on(12, 31),
    }


def entered(clinician: int = 404) -> dict:
    """Own-ring answers for a record that the hospital entered: the other side may look, not touch."""
    return {RECIPIENT: 403, CLINICIAN: clinician}


ENTERERS = COORDINATORS | {CLINICIAN}
KEEPER = frozenset({RECIPIENT})
DECIDING_BUREAU = frozenset({OFFICER, LEADER})
BY_RECIPIENT = {SENDER: 403, OFFICER: 403}
BY_BUREAU = {SENDER: 403, RECIPIENT: 404}
BY_SENDER = {RECIPIENT: 403, OFFICER: 403}
OWN_SUMMARY = {RECIPIENT: 404}
NO_JOB = dict.fromkeys(EVERYBODY - {SENDER, SYSTEM, AUDIT}, 404) | {AUDIT: 403}


def some_marks(ring: Ring) -> dict:
    cell = [ring.posting.pk, f"{ring.on(4, 9)}", "am", "P", "."]
    return {"cells": json.dumps([cell])}


def month_form(ring: Ring, month: int = 4, days: int = 30, **fields) -> dict:
    return fields | {f"d{day:02d}{half}": "P" for day in range(1, days + 1) for half in ("am", "pm")}


def leave_form(ring: Ring) -> dict:
    day = ring.on(8, 3)
    halves = {"start_half": "am", "end_half": "pm"}
    return halves | {
        "posting": ring.posting.pk,
        "kind": "sick",
        "start_on": day,
        "end_on": day,
        "reason": f"{ring.mark}门诊",
    }


def of_person(sheet: str, posting: str):
    return lambda ring: {"pk": getattr(ring, sheet).pk, "posting": getattr(ring, posting).pk}


ATTENDANCE: dict[str, Page | tuple[Page, ...]] = {
    "workday-calendar": Page(BUSINESS),
    "workday-notice": Page(
        frozenset({OFFICER}),
        POST,
        data=lambda ring: {"text": "2031-10-01 国庆节 放假", "basis": "通知"},
        anywhere=True,
    ),
    "attendance-list": Page(BUSINESS),
    "attendance-missing": Page(REGION | KEEPER),
    "attendance-today": (
        Page(KEEPER),
        # nobody of the rings is on post today
        Page(KEEPER, POST, data=lambda ring: {"set": "all"}, own={RECIPIENT: REFUSED}, far=REFUSED),
    ),
    "sheet-open": Page(
        KEEPER, POST, data=lambda ring: {"month": "2051-01"}, own={RECIPIENT: REFUSED}, far=REFUSED
    ),
    "sheet-detail": (
        Page(BUSINESS, of="sheet"),
        Page(BUSINESS, of="sheet_open", own={SENDER: 404, BOSS: 404}),
    ),
    "sheet-mark": (
        Page(KEEPER, POST, of="sheet_open", data=some_marks, answer=200, saves=True),
        Page(KEEPER, POST, of="sheet", data=some_marks, own={RECIPIENT: 409}),
    ),
    "sheet-fill": (verb("sheet_open", KEEPER), verb("sheet", KEEPER, {RECIPIENT: REFUSED})),
    "sheet-copy-week": Page(KEEPER, POST, of="sheet_open", data=lambda ring: {"day": ring.on(4, 9)}),
    "sheet-submit": (
        Page(
            KEEPER,
            POST,
            of="sheet_open",
            before=lambda ring: sheet_fill_present(sheet=ring.sheet_open, by=ring.people[RECIPIENT]),
        ),
        verb("sheet_open", KEEPER, {RECIPIENT: REFUSED}),
    ),
    "sheet-person": (
        Page(KEEPER, FORM, kwargs=of_person("sheet_open", "posting"), data=month_form),
        Page(
            KEEPER,
            FORM,
            kwargs=of_person("sheet", "ended"),
            data=lambda ring: month_form(ring, days=31, reason="漏记"),
        ),
    ),
    "correction-list": listing(BUSINESS, "staffing.AttendanceCorrection"),
    "correction-detail": Page(BUSINESS, of="correction"),
    "correction-decide": verb(
        "correction", frozenset({OFFICER, RECIPIENT}), {RECIPIENT: 403}, answer="approve"
    ),
    "attendance-return": Page(BUSINESS, query=lambda ring: f"?month={ring.year}-03"),
    "attendance-return-excel": Page(
        BUSINESS, query=lambda ring: f"?month={ring.year}-03", reads_write=("core_auditevent",)
    ),
    "leave-list": listing(BUSINESS, "staffing.Leave"),
    "leave-new": Page(ENTERERS, FORM, data=leave_form),
    "leave-detail": Page(BUSINESS, of="leave"),
    "leave-decide": (
        verb(
            "leave",
            COORDINATORS | DECIDING_BUREAU,
            {SENDER: 403, OFFICER: 403, LEADER: 403},
            answer="approve",
        ),
        verb("leave_long", COORDINATORS | DECIDING_BUREAU, {RECIPIENT: 403}, answer="approve"),
    ),
    "leave-withdraw": verb("leave", ENTERERS, {SENDER: 403, RECIPIENT: 403}),
}

ENTERERS = COORDINATORS | {CLINICIAN}


def evidence_page(name: str, holders, methods=GET, *, of: str = "activity", **more) -> Page:
    """A page about the evidence file ``name`` of an activity or donation."""
    return Page(
        holders,
        methods,
        kwargs=lambda ring: {"kind": of, "pk": getattr(ring, name).pk},
        own=more.pop("own", {}),
        **more,
    )


def evidence_upload(record: str, of: str = "activity") -> Callable[[Ring], dict]:
    return lambda ring: {
        "upload_key": "6f8a2c1e-0000-4000-8000-000000000002",
        "entry_key": "6f8a2c1e-0000-4000-8000-000000000003",
        "record": getattr(ring, record).pk,
        "file": SimpleUploadedFile("现场.png", PNG, "image/png"),
    }


UNSEEN, NOT_THEIRS = {CLINICIAN: 404}, {CLINICIAN: 404, RECIPIENT: 403}
READ = ("core_auditevent",)
EVIDENCE = {
    "evidence-upload": (
        Page(
            BUSINESS,
            kwargs=lambda ring: {"kind": "activity"},
            query=lambda ring: f"?record={ring.activity_draft.pk}",
            own=UNSEEN,
        ),
        Page(
            ENTERERS,
            POST,
            kwargs=lambda ring: {"kind": "activity"},
            data=evidence_upload("activity_draft"),
            own=NOT_THEIRS,
            answer=201,
            saves=True,
        ),
        Page(
            frozenset({SENDER}),
            POST,
            kwargs=lambda ring: {"kind": "donation"},
            data=evidence_upload("donation_draft"),
            answer=201,
            saves=True,
        ),
    ),
    "evidence-file": (
        evidence_page("evidence", BUSINESS, own=UNSEEN, reads_write=READ),
        evidence_page("evidence_own", BUSINESS, reads_write=READ),
        evidence_page("donation_evidence", BUSINESS, of="donation", own=UNSEEN, reads_write=READ),
    ),
    "evidence-thumbnail": (
        evidence_page("evidence", BUSINESS, own=UNSEEN),
        evidence_page("donation_evidence", BUSINESS, of="donation", own=UNSEEN),
    ),
    "evidence-remove": (
        evidence_page("evidence", ENTERERS, POST, own=NOT_THEIRS),
        evidence_page("evidence_own", ENTERERS, POST, own={RECIPIENT: 403}),
        evidence_page("donation_evidence", frozenset({SENDER}), POST, of="donation"),
    ),
    "evidence-change": evidence_page(
        "evidence", ENTERERS, POST, own=NOT_THEIRS, data=lambda ring: {"caption": f"{ring.mark}说明"}
    ),
    "similar-texts": listing(REGION, "staffing.SimilarPair"),
    "similar-text-judge": verb("similar", frozenset({OFFICER}), result="different", reason="联合活动"),
}


def template_form(ring: Ring) -> dict:
    return activity_form(ring) | {"template_name": f"{ring.mark}常用"}


def started_from(name: str, row: str, **own) -> Page:
    """The form of an activity that starts from a row."""
    return Page(
        ENTERERS,
        GET,
        kwargs=lambda ring: {},
        query=lambda ring: f"?{name}={getattr(ring, row).pk}",
        own=own,
    )


STARTS = (
    started_from("again", "activity"),
    started_from("again", "activity_submitted", **{CLINICIAN: 404}),
    started_from("replaces", "activity", **{RECIPIENT: 403, CLINICIAN: 403}),
    started_from("template", "entry_template", **{RECIPIENT: 404}),
)
ENTRIES: dict[str, Page | tuple[Page, ...]] = {
    "activity-draft-save": Page(
        ENTERERS,
        POST,
        query=lambda ring: "?type=lecture",
        data=activity_form,
        answer=200,
        saves=True,
        anywhere=True,
    ),
    "activity-draft-discard": Page(
        ENTERERS,
        POST,
        kwargs=lambda ring: {"key": ring.entry_draft.client_key},
        own={RECIPIENT: 404, CLINICIAN: 404},
    ),
    "activity-template-list": Page(ENTERERS),
    "activity-template-save": Page(
        COORDINATORS, POST, query=lambda ring: "?type=lecture", data=template_form, anywhere=True
    ),
    "activity-template-rename": verb("entry_template", COORDINATORS, {RECIPIENT: 404}, name="新名"),
    "activity-template-delete": verb("entry_template", COORDINATORS, {RECIPIENT: 404}),
}

# a sheet is for whoever asked for it, not even for the system's administrator
NOT_MY_SHEET = dict.fromkeys(EVERYBODY - {SENDER}, 404)


def sheet(name: str, holders) -> Page:
    """Everybody gets the sheet of the own rows; posting starts a job."""
    return Page(
        holders,
        FORM,
        kwargs=lambda ring: {"name": name},
        far=200,
        anywhere=True,
        reads_write=("core_auditevent",),
    )


def return_of(level: str, unit: str, person: str = ""):
    """The address of April's workload return, which nobody has submitted."""

    def query(ring: Ring) -> str:
        asked = f"?form=workload&level={level}&unit={getattr(ring, unit).pk}&month={ring.year}-04"
        return asked + (f"&person={getattr(ring, person).pk}" if person else "")

    return query


def opened(holders, level: str, unit: str, person: str = "", **more) -> Page:
    return Page(holders, kwargs=lambda ring: {}, query=return_of(level, unit, person), **more)


REPORTERS = CONFIRMERS | {CLINICIAN}
NOT_THE_CLINICS = dict.fromkeys((SENDER, BOSS, CLINICIAN), 404)
NOT_THE_HOSPITALS = dict.fromkeys((RECIPIENT, CLINICIAN), 404)
RETURNS = {
    "return-list": listing(BUSINESS, "reports.MonthlyReturn"),
    "return-open": (
        opened(BUSINESS, "clinic", "clinic", own=NOT_THE_CLINICS),
        opened(BUSINESS, "person", "clinic", "doctor"),
        opened(BUSINESS, "hospital", "hospital", own=NOT_THE_HOSPITALS),
        opened(BUSINESS, "bureau", "bureau", own=dict.fromkeys(UNITS | {CLINICIAN}, 404)),
    ),
    "return-submit": (
        opened(REPORTERS, "clinic", "clinic", methods=POST, own={SENDER: 404, CLINICIAN: 404, OFFICER: 403}),
        opened(REPORTERS, "person", "clinic", "doctor", methods=POST, own={SENDER: 403, OFFICER: 403}),
        opened(
            REPORTERS, "bureau", "bureau", methods=POST, own={**dict.fromkeys(UNITS, 404), CLINICIAN: 404}
        ),
    ),
    "return-detail": (
        Page(BUSINESS, of="clinic_return", own=NOT_THE_CLINICS),
        Page(BUSINESS, of="person_return"),
        Page(BUSINESS, of="hospital_return", own=NOT_THE_HOSPITALS),
        Page(BUSINESS, of="bureau_return", own=dict.fromkeys(UNITS | {CLINICIAN}, 404)),
    ),
    "return-correct": (
        Page(
            REPORTERS,
            FORM,
            of="clinic_return",
            own={SENDER: 404, CLINICIAN: 404, OFFICER: 403},
            data=lambda ring: {"reason": f"{ring.mark}更正", "remark": "数字无误"},
        ),
        Page(
            REPORTERS,
            FORM,
            of="person_return",
            own={SENDER: 403, OFFICER: 403},
            data=lambda ring: {"reason": f"{ring.mark}更正", "remark": "数字无误"},
        ),
    ),
    "return-export": (
        Page(BUSINESS, of="clinic_return", own=NOT_THE_CLINICS, reads_write=("core_auditevent",)),
        Page(BUSINESS, of="person_return", reads_write=("core_auditevent",)),
    ),
    "return-year": Page(BUSINESS, query=lambda ring: f"?first={ring.year}&unit={ring.hospital.pk}"),
    "return-year-export": Page(
        BUSINESS,
        query=lambda ring: f"?first={ring.year}",
        own={CLINICIAN: 404},
        reads_write=("core_auditevent",),
    ),
}


PAGES: dict[str, Page | tuple[Page, ...]] = (
    {
        # ---- for everybody
        "healthz": Page(PUBLIC),
        "sign-in": Page(PUBLIC, FORM, get_status=302),
        "sign-out": Page(PUBLIC, POST),
        "home": Page(EVERYBODY, get_status=302),
        "password-change": Page(EVERYBODY, FORM, answer=200, anywhere=True),
        "profile": Page(
            EVERYBODY,
            FORM,
            data=lambda ring: {"email": "new@example.org", "wants_digest": "on"},
            anywhere=True,
        ),
        # ---- work that waits, and one's own notices
        "todo": Page(EVERYBODY - {AUDIT}),
        "deadlines": (
            Page(READERS),
            Page(READERS, query=lambda ring: f"?cycle={ring.cycle.pk}&show=open&side=hospital"),
        ),
        "notice-list": Page(EVERYBODY),
        # everybody's own, at home and elsewhere; who has none writes nothing
        "notice-mark-all": (
            Page(EVERYBODY, POST, anywhere=True, roles=NOTIFIED),
            Page(
                EVERYBODY,
                POST,
                own=dict.fromkeys(EVERYBODY, REFUSED),
                roles=EVERYBODY - NOTIFIED,
                far=REFUSED,
            ),
        ),
        "notice-open": Page(EVERYBODY, POST, of=f"notice_{SENDER}", own=NOT_TO_ME),
        "notice-mark-read": Page(EVERYBODY, POST, of=f"notice_{SENDER}", own=NOT_TO_ME),
        "job-progress": Page(EVERYBODY, of="job", own=NO_JOB),
        "job-retry": Page(EVERYBODY, POST, of="job", own=NO_JOB),
        # ---- sheets of lists, and the search over everything
        "list-export": (sheet("activity-list", BUSINESS), sheet("summary-list", READERS)),
        "export-job": Page(EVERYBODY, of="export_job", own=NOT_MY_SHEET),
        "export-file": Page(EVERYBODY, of="export_job", own=NOT_MY_SHEET, reads_write=("core_auditevent",)),
        "search": (
            Page(EVERYBODY),
            Page(EVERYBODY, query=lambda ring: "?q=院"),
            Page(EVERYBODY, query=lambda ring: "?q=院&kind=activities"),
            Page(EVERYBODY, query=lambda ring: "?q=院&kind=agreements"),
            Page(EVERYBODY, query=lambda ring: "?q=院&kind=organisations"),
            Page(EVERYBODY, query=lambda ring: f"?q={ring.mark}&kind=people"),
        ),
        # ---- agreements
        "agreement-list": listing(BUSINESS, "support.Agreement"),
        "agreement-detail": (detail("agreement"), detail("pending")),
        "version-confirm": (
            verb("draft", COORDINATORS, {RECIPIENT: REFUSED}),
            verb("half", COORDINATORS, {SENDER: REFUSED}),
            verb("ready", COORDINATORS, {SENDER: REFUSED, RECIPIENT: REFUSED}),
        ),
        "version-return": (
            verb("half", COORDINATORS, reason="数字有误"),
            verb("draft", COORDINATORS, {SENDER: REFUSED, RECIPIENT: REFUSED}, reason="数字有误"),
        ),
        "attachment-download": Page(
            BUSINESS, of="attachment", own={CLINICIAN: 404}, reads_write=("core_auditevent",)
        ),
        # ---- donations and outcome figures
        "donation-list": listing(BUSINESS, "support.Donation"),
        "donation-detail": detail("donation"),
        "donation-new": Page(frozenset({SENDER}), FORM, data=donation_form),
        "donation-edit": Page(frozenset({SENDER}), FORM, of="donation_draft", data=donation_form),
        **record_verbs("donation", "donation", frozenset({SENDER}), {}, wrong="金额有误"),
        "donation-publish": verb("donation", COORDINATORS, {SENDER: 403}, published_on="2026-05-09"),
        "donation-use": verb("donation", COORDINATORS, {SENDER: 403}, noted_on="2026-05-09", text="在用"),
        "outcome-list": Page(BUSINESS),
        "outcome-enter": Page(KEEPER, FORM, data=outcome_form, query=outcome_period, anywhere=True),
        "outcome-value-list": listing(BUSINESS, "support.OutcomeValue"),
        "outcome-confirm-many": Page(
            CONFIRMERS,
            POST,
            own={SENDER: REFUSED, RECIPIENT: REFUSED},
            data=lambda ring: {"record": [ring.outcome_submitted.pk, ring.outcome_draft.pk]},
            far=REFUSED,
        ),
        "outcome-detail": detail("outcome"),
        "outcome-edit": Page(KEEPER, ("GET",), of="outcome_draft", get_status=302),
        "outcome-correct": Page(KEEPER, FORM, of="outcome", data=outcome_correction),
        "outcome-submit": verb("outcome_draft", KEEPER),
        "outcome-delete": verb("outcome_draft", KEEPER),
        "outcome-retract": verb("outcome_submitted", KEEPER),
        "outcome-withdraw": verb("outcome", KEEPER, reason="重复填报"),
        "outcome-confirm": verb("outcome_submitted", CONFIRMERS, {SENDER: 403, RECIPIENT: 403}),
        "outcome-return": verb(
            "outcome_submitted", CONFIRMERS, {SENDER: 403, RECIPIENT: 403}, reason="单位有误"
        ),
        "dispute-list": Page(BUSINESS),
        # ---- postings and people
        "workspace": Page(UNITS | {CLINICIAN}),
        "posting-list": listing(BUSINESS, "staffing.Posting"),
        "posting-detail": (Page(BUSINESS, of="posting"), detail("planned")),
        "posting-arrive": Page(
            frozenset({RECIPIENT}), POST, of="planned", data=lambda ring: {"arrived_on": ring.on(3, 1)}
        ),
        "posting-end": Page(
            frozenset({SENDER}), POST, of="posting", data=lambda ring: {"ended_on": ring.on(8, 31)}
        ),
        "posting-edit": Page(
            frozenset({SENDER}), FORM, of="planned", data=lambda ring: {"department": "儿科"}
        ),
        "posting-extend": Page(
            frozenset({SENDER}),
            POST,
            of="posting",
            data=lambda ring: {
                "new_end_on": ring.on(9, 30),
                "reason": "任务未完成",
                "unfinished_task": "新技术带教",
            },
        ),
        "posting-end-early": Page(
            frozenset({SENDER}),
            POST,
            of="posting",
            data=lambda ring: {"new_end_on": ring.on(6, 30), "reason": "任务完成"},
        ),
        "posting-change-withdraw": (
            verb("change", frozenset({SENDER})),
            verb("change_refused", frozenset({SENDER}), {SENDER: REFUSED}),
        ),
        "batch-list": listing(BUSINESS, "staffing.Batch"),
        "plan-next": Page(frozenset({SENDER}), FORM, of="batch", data=next_form),
        "plan-edit": (
            Page(frozenset({SENDER}), FORM, of="plan_draft", data=plan_form),
            Page(frozenset({SENDER}), POST, of="plan_draft", data=lambda ring: plan_form(ring, submit="1")),
            Page(frozenset({SENDER}), POST, of="plan_submitted", own={SENDER: REFUSED}, data=plan_form),
        ),
        "plan-candidates": Page(frozenset({SENDER}), of="plan_draft", query=lambda ring: "?line=1"),
        "plan-choose": (
            Page(
                frozenset({SENDER}),
                POST,
                of="plan_draft",
                data=lambda ring: {"line": 1, "clinician": ring.idle.pk},
            ),
            Page(
                frozenset({SENDER}),
                POST,
                of="plan_draft",
                own={SENDER: 404},
                data=lambda ring: {"line": 1, "clinician": ring.local.pk},
            ),
        ),
        "plan-withdraw": (
            verb("plan_submitted", frozenset({SENDER})),
            verb("plan_draft", frozenset({SENDER}), {SENDER: REFUSED}),
        ),
        "plan-discard": (
            verb("plan_draft", frozenset({SENDER})),
            verb("plan_submitted", frozenset({SENDER}), {SENDER: REFUSED}),
        ),
        "plan-accept": (
            verb("plan_submitted", frozenset({RECIPIENT})),
            verb("plan_accepted", frozenset({RECIPIENT}), {RECIPIENT: REFUSED}),
        ),
        "plan-return": verb("plan_submitted", frozenset({RECIPIENT}), reason="需要内科"),
        "posting-cancel": verb("planned", frozenset({SENDER}), reason="任务取消"),
        "batch-new": Page(frozenset({SENDER}), FORM, data=batch_form),
        "batch-detail": (
            Page(BUSINESS, of="batch"),
            Page(BUSINESS, of="empty_batch", own={RECIPIENT: 404, CLINICIAN: 404}),
            Page(BUSINESS, of="plan_draft", own={RECIPIENT: 404, CLINICIAN: 404}),
            detail("plan_submitted"),
        ),
        "person-detail": (
            Page(BUSINESS, of="doctor"),
            detail("colleague"),
            detail("idle", **{RECIPIENT: 404}),
            detail("local", **{SENDER: 404, BOSS: 404}),
        ),
        "identity-reveal": (
            Page(
                CONFIRMERS,
                FORM,
                of="doctor",
                own={RECIPIENT: 403},
                data=lambda ring: {"reason": "核对申报材料"},
                answer=200,
                saves=True,
            ),
            Page(
                CONFIRMERS,
                FORM,
                of="local",
                own={SENDER: 404},
                data=lambda ring: {"reason": "核对申报材料"},
                answer=200,
                saves=True,
            ),
        ),
        "clinician-list": listing(BUSINESS, "staffing.Clinician", owned=True),
        "clinician-new": Page(COORDINATORS, FORM, data=person_form, anywhere=True),
        "clinician-edit": (
            Page(COORDINATORS, FORM, of="colleague", own={RECIPIENT: 403}, data=person_form),
            Page(COORDINATORS, FORM, of="idle", own={RECIPIENT: 404}, data=person_form),
            Page(COORDINATORS, FORM, of="local", own={SENDER: 404}, data=person_form),
        ),
        # ---- coverage calendar: the whole of a unit for those who see all of it, the pair for both sides
        "coverage-list": (
            Page(READERS),
            Page(READERS, query=lambda ring: f"?by=pair&year={ring.year}&order=place"),
            Page(READERS, query=lambda ring: f"?by=sender&year={ring.year}&only=below"),
            Page(READERS, query=lambda ring: f"?year={ring.year}&q={ring.mark}"),
        ),
        "coverage-gaps": Page(
            READERS, query=lambda ring: f"?by=pair&year={ring.year}", reads_write=("core_auditevent",)
        ),
        "coverage-recipient": Page(READERS, of="clinic", own={SENDER: 404, BOSS: 404}),
        "coverage-sender": Page(READERS, of="hospital", own={RECIPIENT: 404}),
        "coverage-pair": Page(READERS, of="agreement"),
        # ---- activities
        "activity-list": listing(BUSINESS, "staffing.Activity"),
        "activity-detail": (Page(BUSINESS, of="activity"), detail("activity_submitted")),
        "activity-new": (
            Page(ENTERERS, FORM, query=lambda ring: "?type=lecture", data=activity_form),
            Page(ENTERERS, GET),
            *STARTS,
        ),
        "activity-edit": (
            Page(ENTERERS, FORM, of="activity_draft", own=entered(), data=activity_form),
            Page(ENTERERS, FORM, of="activity_own", own=entered(200), data=activity_form),
        ),
        **record_verbs("activity", "activity", ENTERERS, entered(), wrong="人次有误"),
        # the posted doctor sees the confirmed one, which is the hospital's to take back
        "activity-withdraw": verb("activity", ENTERERS, entered(403), reason="重复登记"),
        "activity-submit": (
            verb("activity_draft", ENTERERS, entered()),
            verb("activity_own", ENTERERS, {RECIPIENT: 403}),
        ),
        "activity-delete": (
            verb("activity_draft", ENTERERS, entered()),
            verb("activity_own", ENTERERS, {RECIPIENT: 403}),
        ),
        "activity-confirm": (
            verb("activity_submitted", CONFIRMERS, BY_RECIPIENT),
            verb("activity_theirs", CONFIRMERS, BY_SENDER),
        ),
        "activity-return": (
            verb("activity_submitted", CONFIRMERS, BY_RECIPIENT, reason="人次有误"),
            verb("activity_theirs", CONFIRMERS, BY_SENDER, reason="人次有误"),
        ),
        "activity-confirm-many": Page(
            CONFIRMERS,
            POST,
            data=lambda ring: {"record": [ring.activity_submitted.pk, ring.activity_draft.pk]},
            own={SENDER: REFUSED, OFFICER: REFUSED},
            far=REFUSED,
        ),
        # ---- inspections
        "inspection-list": listing(READERS, "staffing.Inspection"),
        "inspection-new": Page(frozenset({OFFICER}), FORM, data=inspection_form),
        "inspection-edit": Page(frozenset({OFFICER}), FORM, of="recording", data=sheet_form, neighbour=403),
        "inspection-detail": (
            Page(READERS, of="inspected"),
            Page(READERS, of="recording", own=dict.fromkeys(UNITS, 404)),
        ),
        "inspection-revoke": by_the_bureau("inspected", LEADER, reason="核实有误"),
        "inspection-delete": by_the_bureau("recording", OFFICER),
        "inspection-photo-add": Page(
            frozenset({OFFICER}),
            POST,
            of="recording",
            data=lambda ring: {"file": SimpleUploadedFile("door.png", PNG)},
            neighbour=403,
        ),
        "inspection-photo": (
            Page(READERS, of="photo", own={SENDER: 404, BOSS: 404}, reads_write=("core_auditevent",)),
            Page(READERS, of="draft_photo", own=dict.fromkeys(UNITS, 404), reads_write=("core_auditevent",)),
        ),
        "inspection-photo-remove": by_the_bureau("draft_photo", OFFICER),
        "off-post": Page(REGION),
        # ---- mentorship
        "mentorship-list": listing(BUSINESS, "staffing.Mentorship"),
        "mentorship-detail": (Page(BUSINESS, of="pair"), detail("pair_submitted")),
        "mentorship-new": Page(COORDINATORS, FORM, data=pair_form),
        "mentorship-edit": Page(COORDINATORS, FORM, of="pair_draft", own={RECIPIENT: 403}, data=pair_form),
        **record_verbs("mentorship", "pair", COORDINATORS, {RECIPIENT: 403}, wrong="方向有误"),
        "mentorship-plan": Page(COORDINATORS, FORM, of="pair", own={RECIPIENT: 403}, data=mentor_plan_form),
        "mentorship-contact": verb("pair", COORDINATORS, month="2026-02", number=3),
        "mentorship-dates": verb("pair", COORDINATORS, signed_on="2026-01-09"),
        "mentorship-deed": verb("pair", COORDINATORS, kind="paper", done_on="2026-03-01", note="论文"),
        "mentorship-technique": Page(
            COORDINATORS,
            POST,
            of="pair",
            data=lambda ring: {"name": "针刺", "mastered_on": "2026-03-01", "assessor": ring.doctor.pk},
        ),
        "mentorship-technique-remove": verb("skill", COORDINATORS, {RECIPIENT: REFUSED}),
        "mentorship-summary": verb("pair", COORDINATORS, year=2026, text="总结"),
        # ---- advanced study
        "study-close": verb("study", COORDINATORS, {RECIPIENT: 403}, ended_on="2026-05-20", result="合格"),
        "study-log": verb("study", COORDINATORS, month="2026-04", text="跟班"),
        "study-list": listing(BUSINESS, "staffing.AdvancedStudy"),
        "study-detail": detail("study"),
        "study-new": Page(COORDINATORS, FORM, data=study_form),
        "study-edit": Page(COORDINATORS, FORM, of="study_draft", own={RECIPIENT: 403}, data=study_form),
        **record_verbs("study", "study", COORDINATORS, {RECIPIENT: 403}, wrong="日期有误"),
        # ---- certificates
        "certificate-list": listing(BUSINESS, "staffing.ServiceCertificate"),
        "certificate-new": (
            Page(ENTERERS, GET),
            Page(
                ENTERERS,
                FORM,
                kwargs=lambda ring: {},
                query=lambda ring: f"?person={ring.doctor.pk}",
                data=certificate_form,
            ),
            # a colleague of the clinician: visible to the hospital, nobody's to ask for but its own
            Page(
                ENTERERS,
                GET,
                kwargs=lambda ring: {},
                query=lambda ring: f"?person={ring.idle.pk}",
                own={RECIPIENT: 404, CLINICIAN: 404},
            ),
        ),
        "certificate-detail": (Page(BUSINESS, of="certificate"), Page(BUSINESS, of="certificate_asked")),
        "certificate-download": Page(BUSINESS, of="certificate", reads_write=("core_auditevent",)),
        "verify": Page(PUBLIC),
        "verify-code": Page(
            PUBLIC, kwargs=lambda ring: {"code": ring.certificate.code}, reads_write=("core_ratewindow",)
        ),
        "verify-file": Page(
            PUBLIC, POST, data=certificate_upload, answer=200, reads_write=("core_ratewindow",)
        ),
        # ---- promotion service
        "person-promotion": (
            Page(BUSINESS, of="doctor", own={RECIPIENT: 404}),
            detail("colleague", **{RECIPIENT: 404}),
            detail("local", **{SENDER: 404, BOSS: 404}),
        ),
        "promotion-facts": Page(
            frozenset({SENDER}), FORM, of="colleague", data=lambda ring: {"source": f"{ring.mark}档案二"}
        ),
        "promotion-rules": Page(BUSINESS),
        "candidate-list": listing(PROMOTION_READERS, "staffing.PromotionCandidate"),
        "candidate-export": Page(PROMOTION_READERS, reads_write=("core_auditevent",)),
        "candidate-add": Page(frozenset({SENDER}), FORM, data=candidates_form),
        "candidate-remove": Page(
            frozenset({SENDER}), POST, data=lambda ring: {"candidate": [ring.candidate.pk]}, far=REFUSED
        ),
        "recognised-new": Page(frozenset({SENDER}), FORM, of="colleague", data=recognised_form),
        "recognised-list": listing(BUSINESS, "staffing.RecognisedService"),
        "recognised-detail": (
            Page(BUSINESS, of="recognised", own={RECIPIENT: 404}),
            detail("recognised_submitted", **{RECIPIENT: 404}),
        ),
        "recognised-edit": Page(frozenset({SENDER}), FORM, of="recognised_draft", data=recognised_form),
        **record_verbs(
            "recognised", "recognised", frozenset({SENDER}), {}, wrong="证明有误", disputable=False
        ),
        "recognised-confirm": verb("recognised_submitted", CONFIRMERS, BY_BUREAU),
        "recognised-return": verb("recognised_submitted", CONFIRMERS, BY_BUREAU, reason="证明有误"),
        "recognised-evidence": Page(
            BUSINESS, of="recognised", own={RECIPIENT: 404}, reads_write=("core_auditevent",)
        ),
        # ---- summaries and figures
        "summary-list": listing(READERS, "reports.Summary"),
        "summary-new": (
            Page(READERS, GET),
            Page(READERS, POST, data=summary_form, own={RECIPIENT: 400}, far=400, roles=SOME_READERS),
            Page(
                READERS,
                POST,
                data=lambda ring: summary_form(ring) | {"edition": "bureau"},
                own=dict.fromkeys(READERS, 400),
                far=400,
            ),
        ),
        "summary-detail": (
            Page(READERS, of="summary", own=OWN_SUMMARY),
            Page(READERS, of="clinic_summary", own={SENDER: 404, BOSS: 404}, roles=UNITS),
            Page(READERS, of="bureau_summary", own=dict.fromkeys(UNITS, 404)),
        ),
        "summary-save": verb("summary_draft", CONFIRMERS, OWN_SUMMARY, **{"text-work": "正文"}),
        "summary-issue": verb("summary_draft", READERS, OWN_SUMMARY),
        "summary-discard": verb("summary_draft", CONFIRMERS, OWN_SUMMARY),
        "summary-revise": Page(
            CONFIRMERS,
            POST,
            of="summary",
            own=OWN_SUMMARY,
            data=lambda ring: {"reason": "更正数字"},
            before=lambda ring: type(ring.summary_draft).objects.filter(pk=ring.summary_draft.pk).delete(),
        ),
        "summary-download": Page(READERS, of="summary", own=OWN_SUMMARY, reads_write=("core_auditevent",)),
        "growth-records": Page(
            READERS, kwargs=lambda ring: {"pk": ring.summary.pk, "row": 0}, own=OWN_SUMMARY
        ),
        "figure-records": (
            Page(
                READERS,
                kwargs=lambda ring: {"code": "lectures"},
                query=lambda ring: f"?summary={ring.summary.pk}",
                own=OWN_SUMMARY,
            ),
            Page(
                READERS,
                kwargs=lambda ring: {"code": "person_times"},
                query=lambda ring: f"?organisation={ring.hospital.pk}&cycle={ring.cycle.pk}",
                own=OWN_SUMMARY,
            ),
            Page(
                READERS,
                kwargs=lambda ring: {"code": "donated_cash"},
                query=lambda ring: f"?organisation={ring.bureau.pk}&cycle={ring.cycle.pk}",
                own=dict.fromkeys(UNITS, 404),
            ),
            Page(
                READERS,
                kwargs=lambda ring: {"code": "lectures"},
                query=lambda ring: f"?agreement={ring.agreement.pk}",
            ),
            # the region's figures are not a hospital's to read, whatever the address says
            Page(
                READERS,
                kwargs=lambda ring: {"code": "agreements"},
                query=lambda ring: f"?organisation={ring.hospital.pk}&cycle={ring.cycle.pk}&edition=bureau",
                own=dict.fromkeys(READERS, 404),
            ),
        ),
        # ---- targets and the dashboard
        "target-list": (
            Page(READERS),
            Page(READERS, query=lambda ring: f"?when=all&verdict=lagging&sort=end&q={ring.mark}"),
        ),
        "target-export": Page(READERS, query=lambda ring: "?when=all", reads_write=("core_auditevent",)),
        "target-agreement": Page(READERS, of="agreement"),
        "dashboard": (
            Page(REGION | {BOSS}),
            Page(REGION | {BOSS}, query=lambda ring: f"?cycle={ring.cycle.pk}&period={ring.year}"),
        ),
        "cycle-list": listing(REGION, "support.Cycle"),
        "cycle-readiness": Page(REGION, of="cycle"),
    }
    | ATTENDANCE
    | EVIDENCE
    | ENTRIES
    | RETURNS
)


def cases() -> list[tuple[str, int, Page]]:
    return [
        (name, number, page)
        for name, entry in PAGES.items()
        for number, page in enumerate(entry if isinstance(entry, tuple) else (entry,))
    ]
