"""Identity and telephone numbers of clinicians (身份证号、手机号), encrypted.

Only the person's own organisation and the bureau above it reach these rows, and what they read is masked;
the number itself comes out of ``identity_reveal`` alone, with a reason that stays on record.
"""

from django.db import models
from django.db.models import Q

from core.id_numbers import mask_id_number, mask_phone
from core.personal import decrypt
from core.scope import Scope, ScopedQuerySet
from staffing.models.clinician import Clinician


class ClinicianIdentity(models.Model):
    clinician = models.OneToOneField(
        Clinician, verbose_name="人员", on_delete=models.CASCADE, related_name="identity"
    )
    id_number_cipher = models.TextField("身份证号（密文）", blank=True, editable=False)
    id_number_hash = models.CharField("身份证号校验", max_length=64, null=True, unique=True, editable=False)
    phone_cipher = models.TextField("手机号（密文）", blank=True, editable=False)
    phone_hash = models.CharField("手机号校验", max_length=64, null=True, unique=True, editable=False)
    key_fingerprint = models.CharField("密钥标识", max_length=12, editable=False, db_index=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(organisations=("clinician__organisation",), people=("clinician__user",))

    class Meta:
        verbose_name = verbose_name_plural = "身份信息"
        constraints = [
            models.CheckConstraint(
                condition=Q(id_number_cipher="", id_number_hash__isnull=True)
                | (~Q(id_number_cipher="") & Q(id_number_hash__isnull=False)),
                name="identity_number_complete",
            ),
            models.CheckConstraint(
                condition=Q(phone_cipher="", phone_hash__isnull=True)
                | (~Q(phone_cipher="") & Q(phone_hash__isnull=False)),
                name="identity_phone_complete",
            ),
        ]

    def __str__(self):
        return f"{self.clinician.name}的身份信息"

    @property
    def id_number_masked(self) -> str:
        return mask_id_number(decrypt(self.id_number_cipher))

    @property
    def phone_masked(self) -> str:
        return mask_phone(decrypt(self.phone_cipher))
