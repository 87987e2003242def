"""The desk (admin): for every registered model which role may do what, written by hand.

Everybody without a place at the desk gets 403 everywhere below it. A model, an address or a verb
without an entry fails.
"""

from dataclasses import dataclass, field

from django.contrib import admin
from django.urls import reverse

from tests.permissions.world import AUDIT, LEADER, OFFICER, OWN, SYSTEM

NOBODY = frozenset()
O, S, A = frozenset({OFFICER}), frozenset({SYSTEM}), frozenset({AUDIT})  # noqa: E741
BUREAU = frozenset({OFFICER, LEADER})


@dataclass(frozen=True)
class Moment:
    """A verb: who may use it on which row of the ring, and who would if it were the time or their side."""

    roles: frozenset
    of: str
    late: frozenset = NOBODY


@dataclass(frozen=True)
class Desk:
    """Roles by right. ``of``: a row of the ring that those with ``change`` may change; ``locked``: one
    that nobody may (too late, or the other side's). ``removable``: a row on which nothing hangs.
    ``own_bureau``: only the very bureau that entered the row may change it.
    """

    view: frozenset
    add: frozenset = NOBODY
    change: frozenset = NOBODY
    delete: frozenset = NOBODY
    bring: frozenset = NOBODY
    export: frozenset = NOBODY
    of: str = ""
    locked: tuple[str, ...] = ()
    removable: str = ""
    own_bureau: bool = False
    verbs: dict[str, Moment] = field(default_factory=dict)


def record(of: str, locked: str, waiting: str, confirm=NOBODY, disputed: str = "", **rights) -> Desk:
    """A two-sided record: the bureau writes what it entered itself and confirms nothing of the two sides;
    what these cannot settle it settles."""
    verbs = {
        "submit": Moment(O, of) if of else Moment(NOBODY, locked, late=O),
        "confirm": Moment(confirm, waiting, late=O - confirm),
        "return": Moment(confirm, waiting, late=O - confirm),
        "retract": Moment(NOBODY, waiting, late=O),
        "answer": Moment(NOBODY, disputed or waiting, late=O),
        "concede": Moment(NOBODY, disputed or waiting, late=O),
        "rule": Moment(O, disputed) if disputed else Moment(NOBODY, waiting, late=O),
        "withdraw": Moment(NOBODY, locked, late=O),
    }
    return Desk(BUREAU, O, O, of=of, locked=(locked, waiting), verbs=verbs, own_bureau=True, **rights)


EXCEL = {"bring": O, "export": BUREAU}
CODES = Desk(BUREAU, O, O)
SHARED_CODES = Desk(BUREAU | S, O, O)

DESKS: dict[str, Desk] = {
    "accounts.Region": Desk(BUREAU | S, S, S),
    "accounts.Organisation": Desk(BUREAU | S, O | S, O | S, of="clinic", bring=O | S, export=BUREAU | S),
    "accounts.User": Desk(S | A, S, S, of=OFFICER, verbs={"password": Moment(S, OFFICER)}),
    "core.Job": Desk(S, of="", locked=("job",), verbs={"retry": Moment(S, "job")}),
    "core.AuditEvent": Desk(A),
    "accounts.DigestSent": Desk(S, of="", locked=("digest",)),
    "support.Programme": Desk(
        BUREAU,
        O,
        O,
        O,
        of="programme",
        removable="spare_programme",
        verbs={"load-deadlines": Moment(O, "programme")},
    ),
    "support.Cycle": Desk(
        BUREAU,
        O,
        O,
        O,
        of="cycle",
        removable="spare_cycle",
        verbs={"make-deadlines": Moment(O, "cycle")},
    ),
    "support.DeadlineRule": Desk(BUREAU, O, O, O, of="deadline_rule", removable="spare_deadline_rule"),
    "support.Agreement": Desk(
        BUREAU,
        O,
        O,
        of="pending",
        locked=("agreement",),
        verbs={"amend": Moment(O, "calm"), "renew": Moment(O, "calm"), "terminate": Moment(O, "calm")},
    ),
    "support.AgreementVersion": Desk(
        BUREAU,
        change=O,
        of="draft",
        locked=("filed", "half", "ready"),
        verbs={"file": Moment(O, "ready"), "return": Moment(O, "half"), "withdraw": Moment(O, "draft")},
    ),
    "support.Donation": record("", "donation_draft", "donation_submitted", disputed="donation_disputed"),
    "support.OutcomeValue": record("", "outcome", "outcome_submitted", confirm=O),
    "support.OutcomeIndicator": SHARED_CODES,
    "support.Speciality": SHARED_CODES,
    "staffing.Activity": record(
        "activity_bureau", "activity_draft", "activity_submitted", disputed="activity_disputed", **EXCEL
    ),
    "staffing.AdvancedStudy": record("", "study_draft", "study_submitted", disputed="study_disputed"),
    "staffing.ActivityType": CODES,
    "staffing.Measure": CODES,
    "staffing.Batch": Desk(
        BUREAU,
        O,
        O,
        of="batch",
        locked=("plan_draft", "plan_submitted", "plan_accepted"),
        verbs={"file": Moment(O, "plan_accepted"), "return": Moment(O, "plan_submitted")},
    ),
    "staffing.StayRule": Desk(
        BUREAU,
        O,
        O,
        of="rule_idle",
        verbs={"activate": Moment(O, "rule_idle"), "retire": Moment(O, "rule")},
    ),
    "staffing.PostingChange": Desk(
        BUREAU,
        locked=("change", "change_refused"),
        verbs={"approve": Moment(BUREAU, "change"), "refuse": Moment(BUREAU, "change")},
    ),
    "staffing.Clinician": Desk(BUREAU, O, O, of="colleague", **EXCEL),
    "staffing.Posting": Desk(
        BUREAU,
        O,
        O,
        of="planned",
        locked=("posting", "ended", "next_posting"),
        verbs={
            "end": Moment(O, "posting"),
            "cancel": Moment(O, "planned"),
            "extend": Moment(O, "posting"),
            "end-early": Moment(O, "posting"),
        },
        **EXCEL,
    ),
    "staffing.ServiceCertificate": Desk(
        BUREAU,
        locked=("certificate", "certificate_asked"),
        verbs={
            "issue": Moment(O, "certificate_asked"),
            "decline": Moment(O, "certificate_asked"),
            "draw-again": Moment(O, "certificate"),
            "revoke": Moment(O, "certificate"),
        },
    ),
    "staffing.CertificateSeries": Desk(
        BUREAU, O, O, O, of="spare_series", locked=("series",), removable="spare_series"
    ),
    "staffing.PromotionRule": Desk(
        BUREAU,
        O,
        O,
        of="spare_promotion_rule",
        locked=("national",),
        verbs={"copy": Moment(O, "spare_promotion_rule")},
    ),
    "staffing.PromotionPolicy": Desk(BUREAU, O, O, of="policy", own_bureau=True),
    "staffing.RecognisedService": Desk(
        BUREAU,
        locked=("recognised", "recognised_submitted"),
        verbs={
            "confirm": Moment(O, "recognised_submitted"),
            "return": Moment(O, "recognised_submitted"),
            "revoke": Moment(O, "recognised"),
        },
    ),
    "staffing.Inspection": Desk(BUREAU, locked=("inspected", "recording")),
    "staffing.DisciplineRule": Desk(
        BUREAU,
        O,
        O,
        O,
        of="discipline",
        removable="spare_rule",
        verbs={"activate": Moment(O, "spare_rule"), "deactivate": Moment(O, "discipline")},
    ),
    "staffing.Mentorship": Desk(BUREAU, locked=("pair",)),
    "core.CalendarDay": Desk(BUREAU, O, O, of="calendar_day"),
    "staffing.MonthSheet": Desk(BUREAU, locked=("sheet",)),
    "staffing.AttendanceCorrection": Desk(
        BUREAU,
        locked=("correction",),
        verbs={"approve": Moment(O, "correction"), "refuse": Moment(O, "correction")},
    ),
    "staffing.Leave": Desk(
        BUREAU,
        locked=("leave",),
        verbs={"approve": Moment(BUREAU, "leave_long"), "refuse": Moment(NOBODY, "leave", late=BUREAU)},
    ),
    "staffing.LeavePolicy": Desk(BUREAU, O, O, O, of="leave_policy", removable="leave_policy"),
    "assessment.Assessment": Desk(
        BUREAU,
        O,
        O,
        O,
        of="scoring",
        locked=("final",),
        removable="scoring",
        verbs={
            "decide": Moment(frozenset({LEADER}), "scored"),
            # only while a fact vetoes the grade
            "lift-veto": Moment(NOBODY, "scoring", late=frozenset({LEADER})),
        },
    ),
    "assessment.ScoreTemplate": Desk(BUREAU, O, O, O, verbs={"new-version": Moment(O, "")}),
    "reports.MonthlyReturn": Desk(BUREAU, locked=("clinic_return", "bureau_return")),
    "reports.ReturnRule": Desk(BUREAU, O, O, O, of="return_rule", removable="return_rule", own_bureau=True),
    "reports.Summary": Desk(BUREAU, locked=("summary", "bureau_summary")),
}

# pages of the desk that belong to no model: what everybody with a place at the desk gets
SITE_PAGES = {
    "index": 200,
    "login": 302,
    "logout": 405,
    "password_change": 302,
    "password_change_done": 200,
    "autocomplete": 403,  # without saying for which field
    "jsi18n": 200,
    "app_list": 200,
    None: 404,  # the last pattern catches every unknown address
}
# what may follow "admin:<app>_<model>_"
MODEL_PAGES = {
    "changelist",
    "add",
    "history",
    "delete",
    "change",
    "verb",
    "import",
    "process_import",
    "import_template",
    "export",
}

MODELS = {model._meta.label: model for model in admin.site._registry}


def address(label: str, page: str, row=None, *more) -> str:
    name = label.lower().replace(".", "_")
    return reverse(f"admin:{name}_{page}", args=[row.pk, *more] if row is not None else [])


def row_of(world, label: str, name: str, ring: str = OWN):
    """A named row of the ring; of a code list simply the first."""
    if name in world.rings[ring].people:
        return world.user(name, ring)
    if name:
        return getattr(world.rings[ring], name)
    known = world.rings[ring].rows[label]
    return next(iter(known.values())) if known else MODELS[label]._base_manager.order_by("pk").first()
