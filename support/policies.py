"""Who may do what with programmes, agreements, donations and outcome figures."""

from accounts.models import Organisation
from accounts.roles import (
    BUREAU,
    BUSINESS,
    COORDINATORS,
    OFFICER,
    RECIPIENTS,
    SENDERS,
    SYSTEM,
    UNITS,
)
from core import scope
from core.policy import allow, allow_model
from support import evidence_kinds, models

# a partner's name and page are visible to whoever has an agreement with it
scope.extend(
    Organisation,
    "agreements_sent__recipient",
    "agreements_received__sender",
    "agreements_witnessed__recipient",
    "programmes__cycles__agreements__sender",
    "programmes__cycles__agreements__recipient",
)

for model in (models.Programme, models.Cycle, models.CycleDeadline, models.DeadlineRule):
    allow_model(model, view=BUREAU, add=OFFICER, change=OFFICER, delete=OFFICER)

for model in (models.Speciality, models.OutcomeIndicator):
    allow_model(model, view=BUREAU | SYSTEM, add=OFFICER, change=OFFICER)

allow_model(models.Agreement, view=BUSINESS, add=OFFICER, change=OFFICER, export=BUREAU)
for model in (
    models.AgreementVersion,
    models.AgreementParty,
    models.AgreementTarget,
    models.AgreementAttachment,
):
    allow_model(model, view=BUSINESS, add=OFFICER, change=OFFICER, delete=OFFICER)
allow("support.confirm_agreement", COORDINATORS)
allow("support.file_agreement", OFFICER)
allow("support.amend_agreement", OFFICER)
allow("support.terminate_agreement", OFFICER)

allow_model(models.Donation, view=BUSINESS, add=OFFICER | SENDERS, change=OFFICER | SENDERS, export=BUREAU)
allow_model(models.DonationItem, view=BUSINESS, add=OFFICER, change=OFFICER, delete=OFFICER)
allow_model(models.OutcomeValue, view=BUSINESS, add=OFFICER, change=OFFICER, export=BUREAU)
allow("support.confirm_record", OFFICER | COORDINATORS)
allow("support.view_workspace", UNITS | {"clinician"})
allow("support.enter_donation", SENDERS)
# the recipient writes what became of a donation, and its own outcome figures; the bureau settles disputes
allow_model(models.DonationUse, view=BUSINESS)
allow("support.follow_donation", COORDINATORS)
allow("support.enter_outcome", RECIPIENTS)
allow("support.rule_record", OFFICER)
allow("support.view_disputes", BUSINESS)
evidence_kinds.register(
    evidence_kinds.EvidenceKind(
        "donation", models.DonationEvidence, view="support.view_donation", enter="support.enter_donation"
    )
)
