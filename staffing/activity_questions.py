"""What the form of each shipped type asks, requires and wants as proof.

Nothing shipped makes proof compulsory and no type of the statistical form requires words: years of history
are brought in as bare numbers. A bureau may be stricter.
"""

from dataclasses import dataclass

from staffing.models import ActivityType, Asked

OPTIONAL, WANTED = ActivityType.Evidence.OPTIONAL.value, ActivityType.Evidence.WANTED.value
TOPIC, PEOPLE, DEPARTMENT = Asked.TOPIC.value, Asked.PARTICIPANTS.value, Asked.DEPARTMENT.value
SPECIALITY, PLACE, HOURS = Asked.SPECIALITY.value, Asked.PLACE.value, Asked.HOURS.value
CONTENT, UNTIL, NOTE = Asked.CONTENT.value, Asked.END_ON.value, Asked.NOTE.value
FILING, FINDINGS = Asked.FILING.value, Asked.FINDINGS.value


@dataclass(frozen=True)
class Questions:
    asks: tuple[str, ...]
    requires: tuple[str, ...] = ()
    evidence: str = OPTIONAL

    def values(self) -> dict:
        """Fields of an ActivityType."""
        return {"asks": list(self.asks), "requires": list(self.requires), "evidence": self.evidence}


_TEACHING = (TOPIC, PEOPLE, PLACE, DEPARTMENT, SPECIALITY, HOURS, CONTENT, UNTIL, NOTE)
_ON_THE_WARD = (TOPIC, PEOPLE, DEPARTMENT, SPECIALITY, CONTENT, NOTE)
_NUMBERS = (PEOPLE, DEPARTMENT, UNTIL, NOTE)
_RESULTS = (TOPIC, PEOPLE, DEPARTMENT, SPECIALITY, CONTENT, NOTE)

QUESTIONS = {
    "lecture": Questions(_TEACHING, evidence=WANTED),
    "training": Questions(_TEACHING, evidence=WANTED),
    "teaching_round": Questions(_ON_THE_WARD, evidence=WANTED),
    "ward_round": Questions((PEOPLE, DEPARTMENT, NOTE)),
    "surgery_demo": Questions(_ON_THE_WARD, evidence=WANTED),
    "operation": Questions((PEOPLE, DEPARTMENT, SPECIALITY, UNTIL, NOTE)),
    "consultation": Questions(_ON_THE_WARD),
    "case_discussion": Questions(_ON_THE_WARD),
    "death_discussion": Questions(_ON_THE_WARD),
    "care": Questions(_NUMBERS),
    "technique": Questions(_RESULTS, evidence=WANTED),
    "rules": Questions((TOPIC, DEPARTMENT, CONTENT, NOTE), evidence=WANTED),
    "department": Questions(_RESULTS, evidence=WANTED),
    "free_clinic": Questions((PLACE, TOPIC, PEOPLE, FILING, FINDINGS, CONTENT, UNTIL, NOTE), evidence=WANTED),
    "circuit": Questions((PLACE, TOPIC, PEOPLE, FINDINGS, CONTENT, UNTIL, NOTE), evidence=WANTED),
    "remote_consultation": Questions((TOPIC, PEOPLE, DEPARTMENT, SPECIALITY, NOTE)),
    "referral": Questions((DEPARTMENT, UNTIL, NOTE)),
    "rescue": Questions((PEOPLE, DEPARTMENT, CONTENT, NOTE)),
    "leader_visit": Questions((TOPIC, PLACE, CONTENT, NOTE), evidence=WANTED),
    "expert_visit": Questions((TOPIC, PEOPLE, PLACE, CONTENT, NOTE), evidence=WANTED),
    "village_training": Questions(_TEACHING, evidence=WANTED),
    "equipment_repair": Questions((TOPIC, PEOPLE, DEPARTMENT, CONTENT, NOTE)),
    # not of the statistical form: new here, so no history is held up
    "cpr_training": Questions(_TEACHING, (TOPIC,), WANTED),
    "image_reading": Questions((PEOPLE, DEPARTMENT, SPECIALITY, CONTENT, UNTIL, NOTE)),
}
