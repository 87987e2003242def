"""The December list (拟申报名单) and what is known about its people."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.errors import Problems, RuleBroken, checked
from core.models import AuditEvent
from core.services.audit import audit_record
from staffing.models import Clinician, PromotionCandidate, PromotionFacts
from staffing.titles import LEVEL_ORDER, TitleLevel

YEARS_AHEAD = 5


def _locked(people: Iterable[Clinician]) -> list[Clinician]:
    """In one order, so that two at once queue instead of waiting for each other."""
    keys = [person.pk for person in people]
    rows = Clinician.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=keys)
    return list(rows.order_by("pk"))


@transaction.atomic
def candidates_add(
    *, people: Iterable[Clinician], target: TitleLevel, year: int, by: User
) -> list[PromotionCandidate]:
    """Put several people of one's own hospital on the list of a year: all of them or none."""
    people = _locked(people)
    problems = Problems()
    today = timezone.localdate()
    if not people:
        problems.add("请至少选择一个人。", field="people")
    if not today.year <= year <= today.year + YEARS_AHEAD:
        problems.add(
            f"申报年度应在 {today.year} 至 {today.year + YEARS_AHEAD} 之间，填的是 {year}。", field="year"
        )
    listed = dict(
        PromotionCandidate.objects.filter(clinician__in=people, application_year=year).values_list(
            "clinician", "target_level"
        )
    )
    for person in people:
        for sentence in _speaks_against(person, target, year, by, listed.get(person.pk)):
            problems.add(sentence, field="people")
    problems.raise_if_any()
    return PromotionCandidate.objects.bulk_create(
        PromotionCandidate(clinician=person, target_level=target, application_year=year, entered_by=by)
        for person in people
    )


def _speaks_against(person: Clinician, target: TitleLevel, year: int, by: User, listed: str | None):
    if person.organisation_id != by.organisation_id:
        yield f"{person.name}不是本单位的人员。"
    if person.left_on:
        yield f"{person.name}已于 {person.left_on:%Y-%m-%d} 离职。"
    if listed:
        yield f"{person.name}已在 {year} 年的名单中（申报{TitleLevel(listed).label}）。"
    level = person.title_level
    if level in LEVEL_ORDER and LEVEL_ORDER.index(target) <= LEVEL_ORDER.index(level):
        yield f"{person.name}现职称是{person.title_label}（{level.label}），申报级别应高于它，选的是{TitleLevel(target).label}。"


@transaction.atomic
def candidates_remove(*, candidates: Iterable[PromotionCandidate], by: User) -> int:
    """Take people of one's own hospital off the list; who it was stays in the audit."""
    keys = [candidate.pk for candidate in candidates]
    rows = list(
        PromotionCandidate.objects.select_for_update(of=("self",))
        .filter(pk__in=keys)
        .select_related("clinician")
        .order_by("pk")
    )
    problems = Problems()
    if not rows:
        problems.add("请至少选择一个人。")
    for row in rows:
        if row.clinician.organisation_id != by.organisation_id:
            problems.add(f"{row.clinician.name}不是本单位的人员。")
    problems.raise_if_any()
    for row in rows:
        audit_record(verb=AuditEvent.Verb.TRANSITION, user=by, subject=row, note=f"移出名单：{row}")
        row.delete()
    return len(rows)


@transaction.atomic
def facts_save(*, clinician: Clinician, by: User, **fields) -> PromotionFacts:
    """What exemptions ask about a person of one's own hospital. ``fields`` by model name."""
    (person,) = _locked([clinician])
    if person.organisation_id != by.organisation_id:
        raise RuleBroken(f"{person.name}不是本单位的人员。")
    facts = PromotionFacts.objects.filter(clinician=person).first() or PromotionFacts(clinician=person)
    for name, value in fields.items():
        setattr(facts, name, value)
    facts.entered_by = by
    problems = Problems()
    since, today = facts.grassroots_since, timezone.localdate()
    if since and since > today:
        problems.add(f"在县级及以下连续工作起 {since:%Y-%m-%d} 晚于今天。", field="grassroots_since")
    if since and person.birth_month and since.year < person.birth_month.year + 16:
        problems.add(
            f"在县级及以下连续工作起 {since:%Y-%m-%d} 时不满 16 岁（出生年月 {person.birth_month:%Y-%m}）。",
            field="grassroots_since",
        )
    if not facts.source.strip():
        problems.add("请写明资料来源，例如人事档案号。", field="source")
    problems.raise_if_any()
    checked(facts)
    facts.save()
    return facts
