"""What the summary page shows beside the words: figures in groups, each a link to its records."""

from django.urls import reverse

from reports.models import Summary
from reports.selectors.facts import worded

GROUPS = (
    ("协议", ("agreements", "senders", "recipients")),
    ("派驻", ("batches", "person_times", "persons", "batches_resident", "person_times_resident", "batches_short_term",
            "person_times_short_term", "batches_circuit", "person_times_circuit")),
    ("诊疗和带教", ("patients", "operations", "consultations", "lectures", "lecture_audience", "trainings", "training_audience",
               "teaching_rounds", "surgery_demos", "outreach_sessions", "outreach_patients", "remote_consultations",
               "referrals_up", "referrals_down")),
    ("进修和成果", ("trainees", "trainee_times", "techniques", "rules_revised", "departments_built")),
    ("捐赠（三类分别统计，不相加）", ("donated_cash", "donated_goods", "waived_fees")),
)  # fmt: skip

# shown even when zero: a zero here is itself a fact
ALWAYS = {
    "agreements",
    "batches",
    "person_times",
    "lectures",
    "trainees",
    "techniques",
    "donated_cash",
    "donated_goods",
}


def readings(summary: Summary, facts: dict) -> list[tuple[str, list[dict]]]:
    """(group, figures) with each figure's link; figures that are zero and not expected are left out."""
    shown = []
    for name, codes in GROUPS:
        figures = [
            facts["figures"][code]
            | {
                "code": code,
                "url": f"{reverse('figure-records', args=[code])}?summary={summary.pk}",
                "text": worded(facts, code),
            }
            for code in codes
            if code in ALWAYS
            or facts["figures"][code]["value"] not in ("0", "0.00")
            or facts["figures"][code]["pending"]
        ]
        if figures:
            shown.append((name, figures))
    return shown
