from support.models.agreement import Agreement
from support.models.attachment import AgreementAttachment
from support.models.confirmation import TwoSidedRecord
from support.models.deadline import CycleDeadline, DeadlineKind, DeadlineRule, DeadlineSide
from support.models.donation import Donation, DonationEvidence, DonationItem, DonationUse
from support.models.evidence import EvidenceFile
from support.models.outcome import OutcomeIndicator, OutcomeValue
from support.models.programme import Cycle, Programme
from support.models.speciality import Speciality
from support.models.version import AgreementParty, AgreementTarget, AgreementVersion

__all__ = [
    "Agreement",
    "AgreementAttachment",
    "AgreementParty",
    "AgreementTarget",
    "AgreementVersion",
    "Cycle",
    "CycleDeadline",
    "DeadlineKind",
    "DeadlineRule",
    "DeadlineSide",
    "Donation",
    "DonationEvidence",
    "DonationItem",
    "DonationUse",
    "EvidenceFile",
    "OutcomeIndicator",
    "OutcomeValue",
    "Programme",
    "Speciality",
    "TwoSidedRecord",
]
