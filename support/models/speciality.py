from django.db import models

from core.scope import Scope, ScopedQuerySet


class Speciality(models.Model):
    """A diagnosis and treatment subject (诊疗科目), code list 卫医发〔1994〕27号 with later additions."""

    code = models.CharField("代码", max_length=5, unique=True)
    name = models.CharField("名称", max_length=40)

    objects = ScopedQuerySet.as_manager()
    scope = Scope(reference=True)

    class Meta:
        verbose_name = verbose_name_plural = "诊疗科目"
        ordering = ["code"]

    def __str__(self):
        return self.name
