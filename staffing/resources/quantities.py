"""Cells of the activities' sheet that hold more than one thing: quantities, people, named results."""

import re
from dataclasses import dataclass

from core.excel.cells import as_text, is_blank, narrow, number_text, tidy
from core.excel.columns import Column
from core.excel.widgets import CellWidget, DecimalWidget
from staffing.models import Activity, ActivityOutcome, Clinician, Measure
from staffing.services.activity_rules import Finding, Quantity
from support.models.donation import Qualifier

SEPARATORS = re.compile(r"[;；、,，\n]+")
NAME_SEPARATORS = re.compile(r"[;；\n]+")
INEXACT = re.compile(r"(约|近)?([\d.,]+)(余|多)?")
BEFORE = {"约": Qualifier.ABOUT, "近": Qualifier.NEARLY}


class QuantityWidget(DecimalWidget):
    """A number, or one that the source gives inexactly: 约3000, 近100, 80余."""

    def __init__(self, measure: Measure):
        super().__init__(places=0 if measure.is_whole else 2)
        self.expected = ("整数" if measure.is_whole else "数字") + "，或“约3000”“80余”“近100”"

    def read(self, value):
        qualifier = Qualifier.EXACT
        if isinstance(value, str):
            found = INEXACT.fullmatch(narrow(as_text(value)))
            if found and not (found[1] and found[3]):
                qualifier = BEFORE.get(found[1]) or (Qualifier.OVER if found[3] else Qualifier.EXACT)
                value = found[2]
        return Quantity(super().read(value), qualifier)

    def render(self, value, obj=None, **kwargs):
        if value is None:
            return None
        number = value.value.normalize()
        if value.qualifier == Qualifier.EXACT:
            return int(number) if number == number.to_integral_value() else number
        words = {Qualifier.ABOUT: "约{}", Qualifier.NEARLY: "近{}", Qualifier.OVER: "{}余"}
        return words[value.qualifier].format(number_text(number))

    def show(self, value):
        return as_text(self.render(value)) or "空白"


class MeasureColumn(Column):
    def __init__(self, measure: Measure, heading: str, types: list[str]):
        used = f"用于：{'、'.join(types)}。" if types else "现有活动类型都不填。"
        super().__init__(
            f"measure_{measure.pk}",
            heading,
            QuantityWidget(measure),
            help=f"{measure.definition or f'单位：{measure.unit}。'}{used}",
            width=8,
        )
        self.measure = measure

    def get_value(self, instance: Activity) -> Quantity | None:
        for row in instance.measures.all():
            if row.measure_id == self.measure.pk:
                return Quantity(row.value, row.qualifier, row.quoted)
        return None

    def differs(self, old, new):
        return (old and (old.value, old.qualifier)) != (new and (new.value, new.qualifier))


@dataclass(frozen=True)
class Participants:
    """Who took part; people of the sender are written by their bare staff number."""

    people: frozenset[Clinician]
    sender_id: int

    def ordered(self) -> list[Clinician]:
        return sorted(self.people, key=lambda p: (p.organisation_id != self.sender_id, p.staff_no))


class ParticipantsWidget(CellWidget):
    """Tokens “工号” or “机构编码:工号” until ``resolve`` finds the people."""

    expected = "工号，多人用“；”隔开"

    def blank(self):
        return ()

    def read(self, value):
        tokens = (narrow(token) for token in SEPARATORS.split(as_text(value)))
        return tuple(token for token in tokens if token)

    def render(self, value, obj=None, **kwargs):
        return "；".join(
            person.staff_no
            if person.organisation_id == value.sender_id
            else f"{person.organisation.code}:{person.staff_no}"
            for person in value.ordered()
        )

    def show(self, value):
        return "、".join(person.name for person in value.ordered()) or "空白"


class ParticipantsColumn(Column):
    def get_value(self, instance: Activity) -> Participants:
        return Participants(frozenset(instance.participants.all()), instance.agreement.sender_id)

    def differs(self, old, new):
        return old.people != new.people


class ParticipantNamesColumn(ParticipantsColumn):
    """The same people by name, to look at."""

    def get_value(self, instance):
        people = getattr(instance, "participants", None)
        if isinstance(people, Participants):
            return "、".join(person.name for person in people.ordered())
        return "、".join(p.name for p in super().get_value(instance).ordered()) if people else None

    differs = Column.differs


class NamesWidget(CellWidget):
    """Several names in one cell."""

    expected = "名称，多项用“；”隔开"

    def blank(self):
        return ()

    def read(self, value):
        names = tuple(tidy(name) for name in NAME_SEPARATORS.split(as_text(value)) if not is_blank(name))
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"“{name}”写了两次。")
            if len(name) > 80:
                raise ValueError(f"“{name[:20]}…”有 {len(name)} 个字，最多 80 个字。")
        return names

    def render(self, value, obj=None, **kwargs):
        return "；".join(value or ())


class OutcomeColumn(Column):
    def __init__(self, kind: str):
        label = ActivityOutcome.Kind(kind).label
        super().__init__(
            f"outcome_{kind}", f"{label}名称", NamesWidget(), help="逐项写出名称，多项用“；”隔开。", width=24
        )
        self.kind = kind

    def get_value(self, instance: Activity) -> tuple[str, ...]:
        return tuple(row.name for row in instance.outcomes.all() if row.kind == self.kind)


FINDING = re.compile(r"(.*\D)\s*[:：]?\s*(\d{1,6})\s*(?:人|例|人次)?")


class FindingsWidget(CellWidget):
    """“高血压 9；冠心病 6”: each disease with the number of patients."""

    expected = "病种和人数，例如“高血压 9；冠心病 6”"

    def blank(self):
        return ()

    def read(self, value):
        return tuple(
            self._one(tidy(part)) for part in NAME_SEPARATORS.split(as_text(value)) if not is_blank(part)
        )

    def _one(self, part: str) -> Finding:
        found = FINDING.fullmatch(narrow(part))
        if not found or not found[1].strip(" :："):
            raise ValueError(f"“{part[:20]}”看不出病种和人数，请写成“高血压 9”，多项用“；”隔开。")
        return Finding(found[1].strip(" :："), int(found[2]))

    def render(self, value, obj=None, **kwargs):
        return "；".join(f"{row.disease} {row.patients}" for row in value or ())

    def show(self, value):
        return self.render(value) or "空白"


class FindingsColumn(Column):
    def get_value(self, instance: Activity) -> tuple[Finding, ...]:
        return tuple(Finding(row.disease, row.patients) for row in instance.findings.all())
