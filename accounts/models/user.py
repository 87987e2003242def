"""People who sign in, their roles, and how far they see."""

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from accounts.models.organisation import Organisation
from core.policy import is_allowed
from core.scope import Reach, Scope, ScopedQuerySet


class Role(models.TextChoices):
    BUREAU_OFFICER = "bureau_officer", "卫健局经办"
    BUREAU_LEADER = "bureau_leader", "卫健局领导"
    HOSPITAL_COORDINATOR = "hospital_coordinator", "医院联络员"
    HOSPITAL_LEADER = "hospital_leader", "医院领导"
    RECIPIENT_COORDINATOR = "recipient_coordinator", "受援单位联络员"
    CLINICIAN = "clinician", "派驻人员"
    LEADERSHIP = "leadership", "领导查阅"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


# seeing a region and everything below it; seeing one's own organisation
REGION_ROLES = {Role.BUREAU_OFFICER, Role.BUREAU_LEADER, Role.LEADERSHIP}
UNIT_ROLES = {Role.HOSPITAL_COORDINATOR, Role.HOSPITAL_LEADER, Role.RECIPIENT_COORDINATOR}
SYSTEM_ROLES = {Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN}
DESK_ROLES = {Role.BUREAU_OFFICER, Role.BUREAU_LEADER} | SYSTEM_ROLES


class UserManager(BaseUserManager.from_queryset(ScopedQuerySet)):
    def create_user(self, username, password=None, **fields):
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, username, password=None, **fields):
        """``manage.py createsuperuser``: a system administrator, who enters no business data."""
        fields.setdefault("roles", [Role.SYSTEM_ADMIN])
        fields.setdefault("name", username)
        return self.create_user(username, password, **fields)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    username = models.CharField(
        "用户名",
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "这个用户名已经有人使用。"},
    )
    name = models.CharField("姓名", max_length=50)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="所在机构",
        on_delete=models.PROTECT,
        related_name="users",
        null=True,
        blank=True,
    )
    roles = ArrayField(
        models.CharField(max_length=30, choices=Role.choices), verbose_name="角色", default=list
    )
    email = models.EmailField(
        "电子邮箱", blank=True, help_text="只用来发送每日提醒，由本人在“我的设置”中填写。"
    )
    wants_digest = models.BooleanField("接收每日提醒邮件", default=False)
    is_active = models.BooleanField("在用", default=True, help_text="停用后不能登录，历史记录保留。")
    date_joined = models.DateTimeField("建立时间", auto_now_add=True)

    objects = UserManager()
    scope = Scope(organisations=("organisation",), people=("pk",))

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=Q(roles__contained_by=Role.values) & ~Q(roles=[]), name="user_roles_known"
            ),
            # the two administrators hold that one role and nothing else
            models.CheckConstraint(
                condition=~Q(roles__overlap=[Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN]) | Q(roles__len=1),
                name="user_administrators_apart",
                violation_error_message="系统管理员、审计管理员不能兼任其他角色。",
            ),
            models.CheckConstraint(
                condition=Q(roles__overlap=[Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
                | Q(organisation__isnull=False),
                name="user_has_organisation",
                violation_error_message="业务角色必须有所在机构。",
            ),
            models.CheckConstraint(
                condition=Q(wants_digest=False) | ~Q(email=""),
                name="user_digest_needs_address",
                violation_error_message="接收每日提醒邮件，请先填写电子邮箱。",
            ),
        ]

    def __str__(self):
        return f"{self.name}（{self.username}）"

    def clean(self):
        super().clean()
        kind = self.organisation.kind if self.organisation else None
        bureau = kind in (Organisation.Kind.BUREAU, Organisation.Kind.GOVERNMENT)
        if REGION_ROLES & set(self.roles) and not bureau:
            raise ValidationError({"roles": "卫健局和领导查阅角色只能给卫生健康行政部门或政府的用户。"})
        if (UNIT_ROLES | {Role.CLINICIAN}) & set(self.roles) and (bureau or kind is None):
            raise ValidationError({"roles": "医院、受援单位和派驻人员角色只能给医疗机构的用户。"})

    # ---- what Django asks of a user
    @property
    def is_staff(self) -> bool:
        """May open the desk (admin)."""
        return bool(DESK_ROLES & set(self.roles))

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, permission: str, obj=None) -> bool:
        return self.is_active and is_allowed(self.roles, permission)

    def has_perms(self, permissions, obj=None) -> bool:
        return all(self.has_perm(permission, obj) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    # ---- roles and reach
    def has_role(self, *roles: str) -> bool:
        return bool(set(roles) & set(self.roles))

    @property
    def role_names(self) -> str:
        return "、".join(Role(role).label for role in self.roles)

    @property
    def sees_region(self) -> bool:
        return self.has_role(*REGION_ROLES)

    def reach(self) -> Reach:
        """System → everything; bureau and leadership → the region and below; unit → itself; always own rows."""
        if self.has_role(*SYSTEM_ROLES):
            return Reach(everything=True)
        organisations = None
        if self.organisation_id:
            if self.sees_region:
                organisations = Organisation.objects.filter(
                    region__path__startswith=self.organisation.region.path
                ).values("pk")
            elif self.has_role(*UNIT_ROLES):
                organisations = Organisation.objects.filter(pk=self.organisation_id).values("pk")
        return Reach(organisations=organisations, person=self.pk)
