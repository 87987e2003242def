"""Keeping what is being typed, and the templates an organisation starts from."""

import json
import uuid
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction

from accounts.models import Role, User
from core.errors import Problems, RuleBroken, broken_constraint
from core.personal_text import id_numbers_in, suspicions_in
from staffing.models import Activity, ActivityTemplate, ActivityType, EntryDraft

MOST_DRAFTS = 50
State = Mapping[str, Sequence[str]]


def _texts(data: State) -> list[str]:
    return [text for values in data.values() for text in values]


@transaction.atomic
def draft_save(*, user: User, client_key: uuid.UUID, activity_type: ActivityType, data: State) -> EntryDraft:
    """The form's values as they are now; the last saving wins. Old drafts beyond the limit go.

    Refuses what is too large, what holds an identity number (it is never stored, not even for a moment)
    and a form that has been handed in already.
    """
    size = len(json.dumps(data, ensure_ascii=False).encode())
    problems = Problems()
    if size > EntryDraft.MAX_BYTES:
        problems.add(
            f"内容共 {size // 1024} KB，超过自动保存的上限 {EntryDraft.MAX_BYTES // 1024} KB，请及时存为草稿。"
        )
    elif any(id_numbers_in(text) for text in _texts(data)):
        problems.add("文字中有身份证号，没有自动保存，请删去个人信息。")
    problems.raise_if_any()
    # saving and handing in one form queue on their author, so that no draft outlives its record
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    record = Activity.objects.filter(client_key=client_key).first()
    if record is not None and not (record.is_editable and record.entered_for_id == user.organisation_id):
        raise RuleBroken("这份内容已经提交，不再自动保存。")
    draft, _ = EntryDraft.objects.update_or_create(
        user=user,
        client_key=client_key,
        defaults={
            "form": EntryDraft.Form.ACTIVITY,
            "activity_type": activity_type,
            "data": data,
            "size": size,
        },
    )
    kept = EntryDraft.objects.filter(user=user).values_list("pk", flat=True)[:MOST_DRAFTS]
    EntryDraft.objects.filter(user=user).exclude(pk__in=list(kept)).delete()
    return draft


def draft_discard(*, user: User, client_key: uuid.UUID) -> int:
    """Gone, if it was there; how many."""
    return EntryDraft.objects.filter(user=user, client_key=client_key).delete()[0]


def may_manage(*, template: ActivityTemplate, by: User) -> bool:
    return template.organisation_id == by.organisation_id and by.has_role(
        Role.HOSPITAL_COORDINATOR, Role.RECIPIENT_COORDINATOR
    )


def _name(name: str, organisation_id: int, *, but: ActivityTemplate | None = None) -> str:
    name = " ".join(name.split())
    problems = Problems()
    if not name:
        problems.add("请给模板起一个名称，例如“内科周三查房”。", field="template_name")
    if len(name) > 40:
        problems.add(f"模板名称最多 40 个字，现在是 {len(name)} 个字。", field="template_name")
    same = ActivityTemplate.objects.filter(organisation=organisation_id, name=name)
    if same.exclude(pk=but.pk if but else None).exists():
        problems.add(f"本单位已有名为“{name}”的模板，请换一个名称，或先删除原来的。", field="template_name")
    problems.raise_if_any()
    return name


def template_save(*, by: User, name: str, activity_type: ActivityType, data: State) -> ActivityTemplate:
    """Keep the values for one's own organisation. A template is read by many: nothing personal goes into it."""
    name = _name(name, by.organisation_id)
    if any(id_numbers_in(text) or suspicions_in(text) for text in _texts(data)):
        raise RuleBroken({"template_name": "内容中似乎有身份证号、电话或病历号，不能存为模板，请先删去。"})
    template = ActivityTemplate(
        organisation=by.organisation, activity_type=activity_type, name=name, data=data, saved_by=by
    )
    return _written(template)


def template_rename(*, template: ActivityTemplate, name: str, by: User) -> ActivityTemplate:
    _require(template, by)
    template.name = _name(name, template.organisation_id, but=template)
    return _written(template)


def template_delete(*, template: ActivityTemplate, by: User) -> None:
    _require(template, by)
    template.delete()


def _require(template: ActivityTemplate, by: User) -> None:
    if not may_manage(template=template, by=by):
        raise RuleBroken("只有本单位的联络员可以管理模板。")


def _written(template: ActivityTemplate) -> ActivityTemplate:
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        if broken_constraint(error) != "activity_template_once":
            raise
        raise RuleBroken({"template_name": f"本单位已有名为“{template.name}”的模板。"}) from error
    return template
