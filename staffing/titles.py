"""Professional titles (职称), GB/T 8561-2001 codes: four series × five names.

The level comes from the code alone; a post such as 科副主任 is not a title and free text is never
parsed. No title recorded reads “未填”.
"""

from django.db import models
from django.db.models import Case, Value, When


class Title(models.TextChoices):
    CHIEF_PHYSICIAN = "231", "主任医师"
    ASSOCIATE_CHIEF_PHYSICIAN = "232", "副主任医师"
    ATTENDING = "233", "主治（主管）医师"
    PHYSICIAN = "234", "医师"
    ASSISTANT_PHYSICIAN = "235", "医士"
    CHIEF_PHARMACIST = "241", "主任药师"
    ASSOCIATE_CHIEF_PHARMACIST = "242", "副主任药师"
    CHARGE_PHARMACIST = "243", "主管药师"
    PHARMACIST = "244", "药师"
    ASSISTANT_PHARMACIST = "245", "药士"
    CHIEF_NURSE = "251", "主任护师"
    ASSOCIATE_CHIEF_NURSE = "252", "副主任护师"
    CHARGE_NURSE = "253", "主管护师"
    NURSE = "254", "护师"
    ASSISTANT_NURSE = "255", "护士"
    CHIEF_TECHNOLOGIST = "261", "主任技师"
    ASSOCIATE_CHIEF_TECHNOLOGIST = "262", "副主任技师"
    CHARGE_TECHNOLOGIST = "263", "主管技师"
    TECHNOLOGIST = "264", "技师"
    ASSISTANT_TECHNOLOGIST = "265", "技士"


class TitleLevel(models.TextChoices):
    SENIOR = "senior", "正高"
    ASSOCIATE = "associate", "副高"
    INTERMEDIATE = "intermediate", "中级"
    JUNIOR = "junior", "初级（师）"
    ASSISTANT = "assistant", "初级（士）"
    UNKNOWN = "unknown", "未填"


LEVEL_OF_LAST_DIGIT = {
    "1": TitleLevel.SENIOR,
    "2": TitleLevel.ASSOCIATE,
    "3": TitleLevel.INTERMEDIATE,
    "4": TitleLevel.JUNIOR,
    "5": TitleLevel.ASSISTANT,
}


def level_of(code: str) -> TitleLevel:
    """The level of a code; UNKNOWN for none."""
    return LEVEL_OF_LAST_DIGIT[code[-1]] if code else TitleLevel.UNKNOWN


def level_expression(field: str = "title") -> Case:
    """The same mapping in SQL, for grouping."""
    return Case(
        When(**{field: ""}, then=Value(TitleLevel.UNKNOWN.value)),
        *(
            When(**{f"{field}__endswith": digit}, then=Value(level.value))
            for digit, level in LEVEL_OF_LAST_DIGIT.items()
        ),
        default=Value(TitleLevel.UNKNOWN.value),
        output_field=models.CharField(),
    )


class Series(models.TextChoices):
    """The four series (系列), by the first two digits of a title's code."""

    PHYSICIAN = "23", "医"
    PHARMACIST = "24", "药"
    NURSE = "25", "护"
    TECHNOLOGIST = "26", "技"


def series_of(code: str) -> str:
    """The series of a code; empty for none."""
    return code[:2]


LEVEL_ORDER = (
    TitleLevel.ASSISTANT,
    TitleLevel.JUNIOR,
    TitleLevel.INTERMEDIATE,
    TitleLevel.ASSOCIATE,
    TitleLevel.SENIOR,
)


def next_level(level: TitleLevel) -> TitleLevel | None:
    """The level above; None above the highest and for an unknown one."""
    if level not in LEVEL_ORDER or level == LEVEL_ORDER[-1]:
        return None
    return LEVEL_ORDER[LEVEL_ORDER.index(level) + 1]
