"""Finding clinicians by staff number within an organisation, for all rows of a file at once."""

from collections.abc import Iterable

from core.excel.lookups import NOT_FOUND
from staffing.models import Clinician


class People:
    """The visible clinicians who bear any of the staff numbers: one query."""

    def __init__(self, staff_numbers: Iterable[str], user):
        self.user = user
        visible = Clinician.objects.visible_to(user).filter(staff_no__in=set(staff_numbers))
        self._known = {
            (person.organisation_id, person.staff_no): person
            for person in visible.select_related("organisation")
        }
        self._hints: dict[tuple[int, str], str] = {}

    def find(self, organisation, staff_no: str) -> Clinician:
        """ValueError with the reason when the organisation has no such person in sight."""
        person = self._known.get((organisation.pk, staff_no))
        if person is None:
            raise ValueError(
                f"{organisation}的工号“{staff_no}”{NOT_FOUND}。{self._hint(organisation, staff_no)}"
            )
        return person

    def _hint(self, organisation, staff_no: str) -> str:
        """Leading zeros go lost in number cells."""
        if not staff_no.isdigit():
            return ""
        key = (organisation.pk, staff_no)
        if key not in self._hints:
            near = Clinician.objects.visible_to(self.user).filter(
                organisation=organisation, staff_no__regex=rf"^0+{staff_no}$"
            )
            person = near.first()
            self._hints[key] = (
                f"有工号 {person.staff_no}（{person.name}），单元格可能丢了前面的 0。" if person else ""
            )
        return self._hints[key]
