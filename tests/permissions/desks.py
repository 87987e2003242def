"""The desk (admin): for every registered model which role may do what, written by hand.

Everybody without a place at the desk gets 403 everywhere below it. A model, an address or a verb
without an entry fails.
"""

from dataclasses import dataclass, field

from tests.permissions.world import AUDIT, LEADER, OFFICER, SYSTEM

NOBODY = frozenset()
O, S, A = frozenset({OFFICER}), frozenset({SYSTEM}), frozenset({AUDIT})  # noqa: E741
BUREAU = frozenset({OFFICER, LEADER})


@dataclass(frozen=True)
class Desk:
    """Roles by right. ``of``: a row of the ring that those with ``change`` may change; ``locked``: one
    that nobody may (too late, or the other side's). ``removable``: a row on which nothing hangs.
    ``verbs``: {name: (roles, row of the ring at the right moment)}.
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
    verbs: dict[str, tuple[frozenset, str]] = field(default_factory=dict)


def record(of: str, locked: str, waiting: str, confirm=NOBODY, **rights) -> Desk:
    """A two-sided record: the bureau writes what it entered itself and confirms nothing of the two sides."""
    verbs = {
        "submit": (O if of else NOBODY, of or locked),
        "confirm": (confirm, waiting),
        "return": (confirm, waiting),
    }
    return Desk(BUREAU, O, O, of=of, locked=(locked, waiting), verbs=verbs, **rights)


EXCEL = {"bring": O, "export": BUREAU}
CODES = Desk(BUREAU, O, O)
SHARED_CODES = Desk(BUREAU | S, O, O)

DESKS: dict[str, Desk] = {
    "accounts.Region": Desk(BUREAU | S, S, S),
    "accounts.Organisation": Desk(BUREAU | S, O | S, O | S, of="clinic", bring=O | S, export=BUREAU | S),
    "accounts.User": Desk(S | A, S, S, of=OFFICER, verbs={"password": (S, OFFICER)}),
    "core.Job": Desk(S, of="", locked=("job",), verbs={"retry": (S, "job")}),
    "core.AuditEvent": Desk(A),
    "support.Programme": Desk(BUREAU, O, O, O, of="programme", removable="spare_programme"),
    "support.Cycle": Desk(BUREAU, O, O, O, of="cycle", removable="spare_cycle"),
    "support.Agreement": Desk(
        BUREAU,
        O,
        O,
        of="pending",
        locked=("agreement",),
        verbs={"amend": (O, "calm"), "renew": (O, "calm"), "terminate": (O, "calm")},
    ),
    "support.AgreementVersion": Desk(
        BUREAU,
        change=O,
        of="draft",
        locked=("filed", "half", "ready"),
        verbs={"file": (O, "ready"), "return": (O, "half"), "withdraw": (O, "draft")},
    ),
    "support.Donation": record("", "donation_draft", "donation_submitted"),
    "support.OutcomeValue": record("", "outcome", "outcome_submitted", confirm=O),
    "support.OutcomeIndicator": SHARED_CODES,
    "support.Speciality": SHARED_CODES,
    "staffing.Activity": record("activity_bureau", "activity_draft", "activity_submitted", **EXCEL),
    "staffing.AdvancedStudy": record("", "study_draft", "study_submitted"),
    "staffing.ActivityType": CODES,
    "staffing.Measure": CODES,
    "staffing.Batch": Desk(BUREAU, O, O, of="batch"),
    "staffing.Clinician": Desk(BUREAU, O, O, of="colleague", **EXCEL),
    "staffing.Posting": Desk(
        BUREAU,
        O,
        O,
        of="planned",
        locked=("posting", "ended"),
        verbs={"end": (O, "posting"), "cancel": (O, "planned")},
        **EXCEL,
    ),
    "assessment.Assessment": Desk(
        BUREAU,
        O,
        O,
        O,
        of="scoring",
        locked=("final",),
        removable="scoring",
        verbs={"decide": (frozenset({LEADER}), "scored")},
    ),
    "assessment.ScoreTemplate": Desk(BUREAU, O, O, O, verbs={"new-version": (O, "")}),
    "reports.Summary": Desk(BUREAU, locked=("summary", "bureau_summary")),
}

# pages of the desk that belong to no model: what everybody with a place at the desk gets
SITE_PAGES = {
    "index": 200,
    "login": 302,
    "logout": 405,
    "password_change": 200,
    "password_change_done": 200,
    "autocomplete": 403,  # without saying for which field
    "jsi18n": 200,
    "view_on_site": 404,
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
