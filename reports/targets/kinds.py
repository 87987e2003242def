"""Which figure counts a kind of target: the one table that joins promises and figures."""

from dataclasses import dataclass

from reports.figures import FIGURES, Figure
from staffing.models import PostingKind
from support.models import AgreementTarget

Kind = AgreementTarget.Kind

FIGURE_OF = {
    Kind.POSTED_TIMES: "person_times",
    Kind.TRAINEES: "trainees",
    Kind.LECTURES: "lectures",
    Kind.TRAININGS: "trainings",
    Kind.ROUNDS: "teaching_rounds",
    Kind.GUIDANCE: "guidance",
    Kind.CONSULTATIONS: "consultations",
    Kind.REMOTE_CONSULTATIONS: "remote_consultations",
    Kind.DEMONSTRATIONS: "surgery_demos",
    Kind.OPERATIONS: "operations",
    Kind.PATIENTS: "patients",
    Kind.FREE_CLINICS: "free_clinic_sessions",
    Kind.CIRCUIT_SESSIONS: "circuit_sessions",
    Kind.LEADER_VISITS: "leader_visits",
    Kind.EXPERT_VISITS: "expert_visits",
    Kind.REFERRALS_UP: "referrals_up",
    Kind.REFERRALS_DOWN: "referrals_down",
    Kind.VILLAGE_DOCTORS: "village_doctors_trained",
    Kind.TECHNIQUES: "techniques",
    Kind.RULES: "rules_revised",
    Kind.DEPARTMENTS: "departments_built",
    Kind.DONATION_TIMES: "donation_times",
    Kind.DONATED_CASH: "donated_cash",
    Kind.DONATED_GOODS: "donated_goods",
    Kind.WAIVED_FEES: "waived_fees",
}


@dataclass(frozen=True)
class Judged:
    """A kind that no sum can judge: what it looks at, and where its records are listed."""

    definition: str
    listing: str
    # what else the list is narrowed by, beside the agreement
    only: tuple[tuple[str, str], ...] = ()


RESIDENT = (("kind", PostingKind.RESIDENT.value),)
# everything that is not a count of confirmed records
JUDGED = {
    Kind.RESIDENT_STAFF: Judged(
        "每天实际在岗的驻点人员，以受援单位确认的到岗日期为准，不含护送人员和联络员；"
        "连续不足的天数不超过规则容许的交接天数时不算不足。",
        "posting-list",
        RESIDENT,
    ),
    Kind.STAY_MONTHS: Judged(
        "每名驻点人员最长一段不间断的驻点时间，按对应日计整月；派驻结束以后判断。", "posting-list", RESIDENT
    ),
    Kind.TRAINEE_MONTHS: Judged("每次进修的整月数，按对应日计；进修结束以后判断。", "study-list"),
    Kind.MENTOR_VISITS: Judged(
        "每对师徒每月的到访次数，由受援单位填写；有几对时看最少的一对。", "mentorship-list"
    ),
    Kind.APPRENTICE_DAYS: Judged(
        "每对师徒每月徒弟到院天数，由支援单位填写；有几对时看最少的一对。", "mentorship-list"
    ),
    Kind.OUTCOME_GROWTH: Judged("与支援前基数比较，只用经确认的全年数据。", "outcome-list"),
    Kind.OUTCOME_LEVEL: Judged("只用经确认的全年数据，取协议期内最近的一年。", "outcome-list"),
    Kind.OTHER: Judged("文字约定，系统不计数。", ""),
}


def figure_of(target: AgreementTarget) -> Figure | None:
    code = FIGURE_OF.get(target.kind)
    return FIGURES[code] if code else None


def definition_of(target: AgreementTarget) -> str:
    figure = figure_of(target)
    return figure.definition if figure else JUDGED[target.kind].definition
