"""Support agreements (对口支援协议): the lasting identity of a promise between two or three parties.

What was promised stands in the versions (version.py). This row carries what everything else needs
at once: who with whom, in which cycle, and on which days it is in force. The days are written only
by the services that file, amend and terminate.
"""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from accounts.models import Organisation
from core.dates import Period
from core.scope import Scope, ScopedQuerySet
from core.triggers import AllOf
from support.models.programme import Cycle


class AgreementQuerySet(ScopedQuerySet):
    def in_force_on(self, day):
        """Agreements filed and valid on the day; termination already cut the range."""
        return self.filter(effective_from__lte=day, effective_to__gte=day)

    def with_state(self, day=None):
        """Annotates ``state``: pending, upcoming, in_force, expired, terminated – as of the day."""
        day = day or timezone.localdate()
        return self.annotate(
            state=Case(
                When(effective_from__isnull=True, then=Value("pending")),
                When(terminated_on__isnull=False, effective_to__lt=day, then=Value("terminated")),
                When(effective_to__lt=day, then=Value("expired")),
                When(effective_from__gt=day, then=Value("upcoming")),
                default=Value("in_force"),
                output_field=models.CharField(),
            )
        )


@pghistory.track()
class Agreement(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", "待备案"
        UPCOMING = "upcoming", "未到生效日"
        IN_FORCE = "in_force", "生效中"
        EXPIRED = "expired", "已到期"
        TERMINATED = "terminated", "已终止"

    cycle = models.ForeignKey(Cycle, verbose_name="周期", on_delete=models.PROTECT, related_name="agreements")
    number = models.CharField("协议编号", max_length=40, unique=True)
    sender = models.ForeignKey(
        Organisation, verbose_name="支援单位", on_delete=models.PROTECT, related_name="agreements_sent"
    )
    recipient = models.ForeignKey(
        Organisation, verbose_name="受援单位", on_delete=models.PROTECT, related_name="agreements_received"
    )
    third_party = models.ForeignKey(
        Organisation,
        verbose_name="第三方",
        help_text="三方协议中的受援地卫生健康部门或县政府；两方协议留空。",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="agreements_witnessed",
    )
    renewal_of = models.OneToOneField(
        "self",
        verbose_name="续签自",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="renewed_by",
    )
    current_version = models.OneToOneField(
        "support.AgreementVersion",
        verbose_name="现行文本",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    effective_from = models.DateField("生效日期", null=True, editable=False)
    effective_to = models.DateField("有效至", null=True, editable=False)
    terminated_on = models.DateField("终止日期", null=True, editable=False)
    termination_reason = models.CharField("终止原因", max_length=300, blank=True, editable=False)

    objects = AgreementQuerySet.as_manager()
    scope = Scope(organisations=("sender", "recipient"), viewers=("third_party", "cycle__programme__bureau"))

    class Meta:
        verbose_name = verbose_name_plural = "协议"
        ordering = ["-cycle__start_on", "number"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(sender=F("recipient")),
                name="agreement_two_parties",
                violation_error_message="支援单位和受援单位不能是同一家机构。",
            ),
            models.CheckConstraint(
                condition=Q(third_party__isnull=True)
                | (~Q(third_party=F("sender")) & ~Q(third_party=F("recipient"))),
                name="agreement_third_party_apart",
                violation_error_message="第三方不能与支援单位或受援单位相同。",
            ),
            models.CheckConstraint(
                condition=Q(
                    effective_from__isnull=True, effective_to__isnull=True, current_version__isnull=True
                )
                | Q(
                    effective_from__isnull=False,
                    effective_to__gte=F("effective_from"),
                    current_version__isnull=False,
                ),
                name="agreement_effective_range",
            ),
            models.CheckConstraint(
                condition=Q(terminated_on__isnull=True, termination_reason="")
                | (
                    Q(terminated_on__isnull=False, effective_to=F("terminated_on"))
                    & ~Q(termination_reason="")
                ),
                name="agreement_termination_has_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="filed_identity_is_frozen",
                operation=pgtrigger.Update,
                condition=AllOf(
                    pgtrigger.Q(old__current_version__isnull=False),
                    pgtrigger.AnyChange(
                        "number", "sender", "recipient", "third_party", "cycle", "renewal_of"
                    ),
                ),
            ),
            pgtrigger.Protect(
                name="filed_agreement_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__current_version__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["recipient", "effective_from", "effective_to"], name="agreement_recipient_idx"
            )
        ]

    def __str__(self):
        return f"{self.number} {self.sender.display_name}→{self.recipient.display_name}"

    @property
    def effective_period(self) -> Period | None:
        if self.effective_from is None:
            return None
        return Period(self.effective_from, self.effective_to)

    def covers(self, period: Period) -> bool:
        mine = self.effective_period
        return mine is not None and mine.start <= period.start and period.end <= mine.end

    def state_on(self, day) -> str:
        """The same answer as ``with_state`` for a row at hand."""
        if self.effective_from is None:
            return self.State.PENDING
        if self.effective_to < day:
            return self.State.TERMINATED if self.terminated_on else self.State.EXPIRED
        return self.State.UPCOMING if self.effective_from > day else self.State.IN_FORCE

    @property
    def state_label(self) -> str:
        return self.State(getattr(self, "state", None) or self.state_on(timezone.localdate())).label

    def other_party(self, organisation_id: int) -> Organisation:
        """Who confirms what ``organisation_id`` entered: the sender for the recipient's entries,
        the recipient for everybody else's (the sender's and the bureau's)."""
        return self.sender if organisation_id == self.recipient_id else self.recipient
