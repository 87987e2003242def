"""Fields of entry forms: people to tick, several days in one line."""

import re
from datetime import date

from django import forms

DAY_SEPARATORS = re.compile(r"[\s、,，;；]+")


class PeopleWidget(forms.CheckboxSelectMultiple):
    """Tick boxes in a box of their own; a script sifts them by name and by agreement."""

    template_name = "staffing/_people.html"
    option_template_name = "staffing/_person.html"


class PeopleField(forms.ModelMultipleChoiceField):
    widget = PeopleWidget

    def label_from_instance(self, person):
        return person


class PostedWidget(PeopleWidget):
    """Those posted under the agreement on the day first; the others on request."""

    template_name = "staffing/_posted_people.html"
    option_template_name = "staffing/_posted_person.html"


class PostedField(PeopleField):
    widget = PostedWidget


class DaysField(forms.CharField):
    """Several days, written one after the other: 2026-04-10、2026-04-13."""

    def to_python(self, value) -> list[date]:
        found = []
        for text in filter(None, DAY_SEPARATORS.split(super().to_python(value))):
            try:
                found.append(date.fromisoformat(text))
            except ValueError:
                raise forms.ValidationError(
                    f"“{text[:20]}”不是日期，请写成 2026-04-10，多天用“、”隔开。"
                ) from None
        return found
