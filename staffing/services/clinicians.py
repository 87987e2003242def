"""Keeping the people of an organisation (医务人员) up to date."""

from django.db import transaction

from accounts.models import Organisation, User
from core.errors import Problems, RuleBroken, checked
from staffing.models import Clinician
from staffing.services.identities import identity_problems, identity_save, unmasked


@transaction.atomic
def clinician_save(
    *,
    organisation: Organisation,
    clinician: Clinician | None = None,
    by: User | None = None,
    id_number: str | None = None,
    phone: str | None = None,
    **fields,
) -> Clinician:
    """Add (``clinician`` None) or change a person of the organisation.

    ``fields``: model fields by name; ``id_number`` and ``phone`` as for ``identity_save``. Raises
    RuleBroken with every problem beside its field: a taken staff number, a number that is wrong.
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
    try:
        checked(clinician, constraints=not problems)
    except RuleBroken as error:
        problems.found |= {
            name: texts for name, texts in error.message_dict.items() if name not in problems.found
        }
    wrong, _, _ = identity_problems(
        clinician=clinician, id_number=unmasked(id_number), phone=unmasked(phone), by=by
    )
    problems.found |= wrong.found
    problems.raise_if_any()
    clinician.save()
    identity_save(clinician=clinician, id_number=id_number, phone=phone, by=by)
    return clinician
