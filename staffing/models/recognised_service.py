"""Service that counts for promotion but stands in no posting of this system (经认定的服务).

Earlier service at the grass roots, aid abroad and to Tibet or Xinjiang, emergencies, hosting trainees…
The hospital enters it with its evidence, an officer of a bureau above confirms it, and only then does it
count. Dates are real dates; what is not one is refused at entry.
"""

import uuid

import pghistory
from django.db import models
from django.db.models import F, Q

from accounts.models import Organisation
from core.dates import Period
from core.scope import Scope
from core.uploads import validate_document
from staffing.models.clinician import Clinician
from staffing.promotion.terms import ENTERED_KINDS, Location
from support.models.confirmation import TwoSidedRecord, confirmed_is_frozen


def evidence_path(service, name):
    return f"recognised/{uuid.uuid4().hex}{validate_document.suffix_of(name)}"


@pghistory.track()
class RecognisedService(TwoSidedRecord):
    class Result(models.TextChoices):
        NONE = "", "没有考核"
        PASSED = "passed", "合格"
        FAILED = "failed", "不合格"

    clinician = models.ForeignKey(
        Clinician, verbose_name="人员", on_delete=models.PROTECT, related_name="recognised_services"
    )
    kind = models.CharField("类别", max_length=16, choices=ENTERED_KINDS)
    start_on = models.DateField("开始日期")
    end_on = models.DateField("结束日期")
    place = models.CharField("服务单位或地点", max_length=100)
    location = models.CharField("机构层级", max_length=10, choices=Location.choices)
    key_county = models.BooleanField("在重点帮扶（贫困）县", default=False)
    remote = models.BooleanField("在边远乡镇", default=False)
    result = models.CharField("考核结果", max_length=6, choices=Result.choices, blank=True)
    evidence = models.CharField(
        "证明材料", max_length=200, help_text="文件名称和文号，例如 县卫健局 2019 年第 12 号证明。"
    )
    evidence_file = models.FileField(
        "证明扫描件",
        upload_to=evidence_path,
        blank=True,
        validators=[validate_document],
        help_text="PDF、JPG 或 PNG。",
    )

    scope = Scope(organisations=("clinician__organisation",), people=("clinician__user",))

    class Meta(TwoSidedRecord.Meta):
        verbose_name = verbose_name_plural = "经认定的服务"
        ordering = ["-start_on", "pk"]
        constraints = [
            *TwoSidedRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(end_on__gte=F("start_on")),
                name="recognised_service_range",
                violation_error_message="结束日期早于开始日期。",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind for kind, _ in ENTERED_KINDS]),
                name="recognised_service_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(location__in=Location.values), name="recognised_service_location_known"
            ),
            models.CheckConstraint(
                condition=Q(result__in=["", "passed", "failed"]), name="recognised_service_result_known"
            ),
        ]
        triggers = confirmed_is_frozen()

    def __str__(self):
        return f"{self.clinician.name} {self.get_kind_display()} {self.start_on:%Y-%m-%d} 至 {self.end_on:%Y-%m-%d}"

    @property
    def period(self) -> Period:
        return Period(self.start_on, self.end_on)

    def confirming_organisation(self) -> Organisation | None:
        """Any bureau above the hospital confirms, through its officer."""
        return None
