"""Repeated texts across units and years: C06 against C05, honest texts against each other, changed copies."""

import itertools
import random
import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from core.tests.together import together
from staffing.models import CommonStretch, SimilarityVerdict, SimilarPair, TextPrint
from staffing.selectors.duplicates import duplicates_of, possible_duplicates
from staffing.selectors.near_texts import near_texts
from staffing.services import text_prints as services
from staffing.services.activities import activity_save
from staffing.services.mentorships import summary_write
from staffing.tests.honest_texts import COPIED, HONEST, TAIL_ONLY, WRITTEN
from staffing.text_sources import read_text, source_called
from testing import builders as build

ACTIVITY = source_called("activity")


def pair_in(place: str, year: int = 2026):
    hospital, clinic = (
        build.organisation("hospital", at=place),
        build.organisation("township_clinic", at=place),
    )
    return build.agreement_in_force(hospital, clinic, date(year, 1, 1), date(year, 12, 31))


def write(agreement, note, on=date(2026, 4, 10), **fields):
    return build.activity(agreement, on=on, note=note, **{"status": "submitted"} | fields)


@pytest.fixture
def fengfeng(db):
    """C05: the first to write it."""
    return write(pair_in(build.COUNTY, 2024), WRITTEN, on=date(2024, 10, 7), topic="节日义诊")


@pytest.fixture
def yicheng(fengfeng):
    """C06: another province, another year."""
    return write(pair_in(build.FAR_AWAY), COPIED)


@pytest.fixture
def neighbours(db):
    """Two counties of one province."""
    one = write(pair_in(build.COUNTY, 2025), WRITTEN, on=date(2025, 10, 7))
    two = write(pair_in(build.OTHER_COUNTY), COPIED)
    return one, two


# ---- what is judged
def test_thirty_honest_texts_alarm_nowhere():
    read = [read_text(text) for text in HONEST]
    assert len(read) >= 30
    near = [(a.original, b.original) for a, b in itertools.combinations(read, 2) if a.likeness(b).is_near]
    assert near == []
    # and by a wide margin: the stock phrases would not even be needed to tell them apart
    assert max(a.likeness(b).similarity for a, b in itertools.combinations(read, 2)) < 0.3


def test_each_honest_text_is_long_enough_to_be_compared_at_all():
    told = [text for text in HONEST if read_text(text).hashes]
    assert len(told) >= 30


def test_the_copied_paragraph_with_its_cut_tail():
    written, copied, tail = map(read_text, (WRITTEN, COPIED, TAIL_ONLY))
    assert written.likeness(copied).is_near and written.likeness(copied).percent >= 80
    assert written.likeness(tail).is_near
    marked = "".join(WRITTEN[start:end] for start, end in written.likeness(copied).first)
    assert "从清早一直忙到太阳偏西" in marked and "78名" not in marked


NAMES = {"卫生院": "中心医院", "专家": "医师", "我院": "本院", "派驻": "下派", "患者": "病人"}


def altered(text: str, seed: int) -> str:
    """What somebody does who copies: other numbers, other names, sentences moved about."""
    dice = random.Random(seed)
    for old, new in NAMES.items():
        text = text.replace(old, new)
    text = re.sub(r"\d+", lambda _: str(dice.randint(2, 400)), text)
    sentences = [part for part in re.split(r"(?<=[。；])", text) if part]
    dice.shuffle(sentences)
    return "今年以来，" + "".join(sentences)


@pytest.mark.parametrize("number", range(len(HONEST)))
def test_altered_copies_are_found(number):
    original = read_text(HONEST[number])
    if original.hashes and original.length >= 34:
        copy = read_text(altered(HONEST[number], number))
        assert original.likeness(copy).is_near
        assert len(set(original.hashes) & set(copy.hashes)) >= 2


# ---- prints and pairs in the database
def test_the_copy_is_noted_when_it_is_saved(yicheng, fengfeng):
    (pair,) = SimilarPair.objects.all()
    assert {pair.first.source_id, pair.second.source_id} == {fengfeng.pk, yicheng.pk} and pair.percent >= 80


def test_honest_texts_make_no_pairs(db):
    agreements = [pair_in(place, year) for place, year in ((build.COUNTY, 2025), (build.FAR_AWAY, 2026))]
    for number, text in enumerate(HONEST):
        year = 2025 + number % 2
        write(agreements[number % 2], text, on=date(year, 4, 1 + number % 20))
    assert TextPrint.objects.count() >= 30 and not SimilarPair.objects.exists()


def test_the_same_unit_may_repeat_itself_within_a_year_but_not_over_the_years(db):
    hospital, clinic = build.organisation("hospital"), build.organisation("township_clinic")
    now = build.agreement_in_force(hospital, clinic)
    write(now, WRITTEN)
    write(now, WRITTEN, on=date(2026, 5, 10))
    assert not SimilarPair.objects.exists()
    before = build.agreement_in_force(hospital, clinic, date(2025, 1, 1), date(2025, 12, 31))
    write(before, WRITTEN, on=date(2025, 4, 10))
    assert SimilarPair.objects.count() == 2


def test_text_moved_to_another_field_and_to_a_mentors_summary_is_found(fengfeng):
    other = write(pair_in(build.FAR_AWAY), WRITTEN[110:], topic=WRITTEN[:110])
    assert SimilarPair.objects.count() == 1
    pair = build.mentorship(
        other.agreement, build.clinician(other.agreement.sender), build.clinician(other.agreement.recipient)
    )
    summary_write(mentorship=pair, year=2026, text=COPIED, by=build.side(other.agreement, False))
    assert SimilarPair.objects.filter(second__source="mentor_summary").count() == 2


def test_a_rewritten_text_loses_its_pairs_and_an_unchanged_one_keeps_the_verdict(neighbours):
    yicheng = neighbours[1]
    pair = SimilarPair.objects.get()
    judge(pair)
    services.text_print_write(row=yicheng)
    assert SimilarityVerdict.objects.get().pair_id == pair.pk
    build_status(yicheng, "returned")
    rewrite(yicheng, HONEST[7])
    assert not SimilarPair.objects.exists() and TextPrint.objects.count() == 2
    rewrite(yicheng, "查房")
    assert TextPrint.objects.count() == 1


def build_status(activity, status):
    type(activity).objects.filter(pk=activity.pk).update(status=status, return_reason="重写")
    activity.refresh_from_db()


def rewrite(activity, note):
    activity_save(
        activity=activity,
        agreement=activity.agreement,
        activity_type=activity.activity_type,
        start_on=activity.start_on,
        by=activity.entered_by,
        measures={
            row.measure: build.quantities({row.measure.code: row.value})[row.measure]
            for row in activity.measures.all()
        },
        note=note,
    )


def province_officer():
    return build.user(Role.BUREAU_OFFICER, build.bureau(build.COUNTY[:2] + "0000"))


def judge(pair, result="different", by=None):
    by = by or province_officer()
    return services.similarity_judge(pair=pair, result=result, reason="两地联合义诊，统一供稿", by=by)


def test_the_night_makes_up_for_what_was_missed(yicheng):
    TextPrint.objects.all().delete()
    services.text_prints_tidy()
    assert TextPrint.objects.count() == 2 and SimilarPair.objects.count() == 1
    # two saved at the same moment do not see each other
    SimilarPair.objects.all().delete()
    services.text_prints_tidy()
    assert SimilarPair.objects.count() == 1
    build_status(yicheng, "returned")
    yicheng.delete()
    services.text_prints_tidy()
    assert TextPrint.objects.count() == 1 and not SimilarPair.objects.exists()


def test_what_everybody_writes_is_learned_and_no_longer_asked_for(fengfeng, yicheng, monkeypatch):
    monkeypatch.setattr(services, "TOO_COMMON", 2)
    services.common_stretches_learn()
    assert not CommonStretch.objects.exists()  # one unit's own template is no turn of phrase
    monkeypatch.setattr(services, "IN_UNITS", 2)
    services.common_stretches_learn()
    both = set.intersection(*(set(made.hashes) for made in TextPrint.objects.all()))
    assert set(CommonStretch.objects.values_list("hash", flat=True)) == both
    # its own original still shares what nobody else has
    assert [near.row for near in near_texts(text=WRITTEN, unit=0, year=2026)] == [fengfeng]


@pytest.mark.parametrize("common", ["of others", "of both"])
def test_one_turn_of_phrase_does_not_hide_the_rest(yicheng, common):
    """What is left out is the common stretch, not the text around it."""
    hashes = [set(made.hashes) for made in TextPrint.objects.all()]
    found = near_texts(text=WRITTEN, unit=0, year=2026)
    assert found
    known = min(set.intersection(*hashes)) if common == "of both" else max(set.union(*hashes)) - 1
    CommonStretch.objects.create(hash=known, prints=500)
    assert [near.print for near in near_texts(text=WRITTEN, unit=0, year=2026)] == [
        near.print for near in found
    ]


def test_statements_do_not_grow_with_the_number_of_texts(yicheng):
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert near_texts(text=TAIL_ONLY, unit=0, year=2020)
            duplicates_of(yicheng, yicheng.entered_by)
        return len(caught)

    statements()
    before = statements()
    for number in range(6):
        write(pair_in(build.OTHER_COUNTY), COPIED, topic=HONEST[number][:30])
    assert statements() == before


@pytest.mark.django_db(transaction=True)
def test_two_copies_saved_at_once():
    agreements = [pair_in(place) for place in (build.COUNTY, build.FAR_AWAY)]
    outcomes = together(*[lambda one=one: write(one, WRITTEN) for one in agreements])
    assert not [one for one in outcomes if isinstance(one, Exception)]
    services.text_prints_tidy()
    assert SimilarPair.objects.count() == 1


# ---- who is told what
def test_a_unit_learns_only_that_there_is_one(yicheng, fengfeng):
    (found,) = duplicates_of(yicheng, yicheng.entered_by)
    assert (found.activity, found.url, found.visible) == (None, "", False)
    assert "其他单位 2024 年" in found.reasons[0] and f"{found.percent}%" in found.reasons[0]
    told = " ".join((found.title, *found.reasons))
    for word in (str(fengfeng), fengfeng.topic, str(fengfeng.entered_for), "太阳偏西"):
        assert word not in told


def test_it_is_told_before_saving_too(fengfeng):
    agreement = pair_in(build.FAR_AWAY)
    (found,) = possible_duplicates(
        user=build.side(agreement, True),
        agreement=agreement,
        activity_type=fengfeng.activity_type,
        start_on=date(2026, 4, 1),
        end_on=date(2026, 4, 1),
        participants=[],
        texts=("义诊", COPIED, ""),
    )
    assert not found.visible and found.percent >= 80


def test_whoever_may_see_both_gets_the_link(yicheng, fengfeng):
    above = build.user(Role.SYSTEM_ADMIN)
    (found,) = duplicates_of(yicheng, above)
    assert (
        found.visible
        and found.activity == fengfeng
        and found.url == reverse("activity-detail", args=[fengfeng.pk])
    )


def test_what_was_judged_different_alarms_no_more(neighbours):
    yicheng = neighbours[1]
    pair = SimilarPair.objects.get()
    judge(pair, "copied")
    assert duplicates_of(yicheng, yicheng.entered_by)
    judge(pair, "different")
    assert duplicates_of(yicheng, yicheng.entered_by) == []
    assert SimilarityVerdict.objects.count() == 1


def test_only_a_bureau_above_both_decides_and_gives_a_reason(neighbours):
    pair = SimilarPair.objects.get()
    county = build.officer(build.bureau(build.COUNTY))
    with pytest.raises(ValidationError, match="都在本级管辖范围内"):
        judge(pair, by=county)
    province = province_officer()
    for values in ({"reason": " "}, {"result": "x"}):
        with pytest.raises(ValidationError):
            services.similarity_judge(
                **{"pair": pair, "result": "copied", "reason": "核实", "by": province} | values
            )
    assert not SimilarityVerdict.objects.exists()


# ---- the bureau's page
def test_the_bureau_above_reads_both_side_by_side_and_decides(client, neighbours):
    one, two = neighbours
    client.force_login(province_officer())
    page = client.get(reverse("similar-texts")).content.decode()
    assert page.count("<mark>") >= 4 and "从清早一直忙到太阳偏西" in page
    for row in neighbours:
        assert str(row.entered_for.display_name) in page and reverse("activity-detail", args=[row.pk]) in page
    pair = SimilarPair.objects.get()
    address = reverse("similar-text-judge", args=[pair.pk])
    client.post(address, {"result": "different", "reason": "同一次联合活动"})
    assert SimilarityVerdict.objects.get().reason == "同一次联合活动"
    for query, shown in {
        "result=open": 0,
        "result=different": 1,
        "year=2025": 1,
        "year=2019": 0,
        "q=没有": 0,
        f"q={two.entered_for.name}": 1,
    }.items():
        assert client.get(f"{reverse('similar-texts')}?{query}").context["page"].paginator.count == shown, (
            query
        )


def test_a_county_sees_its_own_half_only(client, neighbours):
    one, two = neighbours
    client.force_login(build.officer(build.bureau(build.COUNTY)))
    page = client.get(reverse("similar-texts")).content.decode()
    assert "其他单位" in page and one.entered_for.display_name in page
    assert two.entered_for.display_name not in page and "11月3日" not in page and "下结论" not in page
    # looking for the other unit's name finds nothing, or the search would tell whose it is
    found = client.get(f"{reverse('similar-texts')}?q={two.entered_for.name}")
    assert found.context["page"].paginator.count == 0
    client.post(
        reverse("similar-text-judge", args=[SimilarPair.objects.get().pk]),
        {"result": "copied", "reason": "x"},
    )
    assert not SimilarityVerdict.objects.exists()


def test_hostile_text_is_shown_as_text(client, db):
    hostile = WRITTEN + "<script>alert(1)</script>"
    write(pair_in(build.COUNTY), hostile)
    write(pair_in(build.OTHER_COUNTY), hostile)
    client.force_login(province_officer())
    page = client.get(reverse("similar-texts")).content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_the_page_asks_as_much_for_eight_pairs_as_for_two(client, neighbours):
    client.force_login(province_officer())

    def statements() -> int:
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("similar-texts"))
        return len(caught)

    statements()
    before = statements()
    for _ in range(2):
        write(pair_in(build.OTHER_COUNTY, 2024), COPIED, on=date(2024, 5, 5))
    assert SimilarPair.objects.count() > 3
    assert statements() == before
