"""Keeping the people of an organisation (医务人员) up to date."""

from django.db import transaction

from accounts.models import Organisation
from core.errors import Problems, checked
from staffing.models import Clinician


@transaction.atomic
def clinician_save(*, organisation: Organisation, clinician: Clinician | None = None, **fields) -> Clinician:
    """Add (``clinician`` None) or change a person of the organisation.

    ``fields``: model fields by name. Raises RuleBroken beside the field when the staff number is taken.
    """
    if clinician is None:
        clinician = Clinician(organisation=organisation)
    else:
        clinician = Clinician.objects.select_for_update(of=("self",)).get(
            pk=clinician.pk, organisation=organisation
        )
    for name, value in fields.items():
        setattr(clinician, name, value)
    problems = Problems()
    taken = Clinician.objects.filter(organisation=organisation, staff_no=clinician.staff_no)
    other = taken.exclude(pk=clinician.pk).first()
    if other is not None:
        problems.add(f"工号 {other.staff_no} 已由{other.name}使用。", field="staff_no")
    problems.raise_if_any()
    checked(clinician)
    clinician.save()
    return clinician
