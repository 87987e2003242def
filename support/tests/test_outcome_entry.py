"""Outcome figures: entered as one form, doubts asked once, compared two ways that are never mixed up."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from unittest import mock

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import assume, given
from hypothesis import strategies as st

from accounts.models import Role
from core.errors import RuleBroken
from core.tests.together import split, together
from support.models import OutcomeIndicator, OutcomeValue
from support.selectors.outcome_doubts import outcome_doubts
from support.selectors.outcomes import change_between, outcome_table
from support.services.outcomes import Entry, outcomes_save
from support.services.records import record_confirm, record_return
from testing import builders as build
from testing.scene import scene

pytestmark = pytest.mark.django_db
RC, HC, BO, LE = (
    Role.RECIPIENT_COORDINATOR.value,
    Role.HOSPITAL_COORDINATOR.value,
    Role.BUREAU_OFFICER.value,
    Role.LEADERSHIP.value,
)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield scene()
        transaction.set_rollback(True)


def indicator(code: str) -> OutcomeIndicator:
    return OutcomeIndicator.objects.get(code=code)


def save(world, values: dict, year=2025, quarter=None, *, sure=(), **fields) -> list[OutcomeValue]:
    return outcomes_save(
        recipient=world.clinic,
        year=year,
        quarter=quarter,
        entries=[
            Entry(indicator(code), None if value is None else Decimal(str(value)), sure=code in sure)
            for code, value in values.items()
        ],
        by=world.people[RC],
        **fields,
    )


def refusal(call) -> dict[str, list[str]]:
    with pytest.raises(RuleBroken) as caught:
        call()
    return caught.value.message_dict


# ---- saving
def test_only_what_is_filled_in_is_saved_and_sent(world):
    made = save(world, {"revenue": 153, "beds": 40, "admissions": None}, submit=True)
    assert {(row.indicator.code, row.status) for row in made} == {
        ("revenue", "submitted"),
        ("beds", "submitted"),
    }
    assert OutcomeValue.objects.count() == 2


def test_a_draft_is_mended_emptied_and_sent_as_a_whole(world):
    save(world, {"revenue": 153, "beds": 40, "operations": 9})
    save(world, {"revenue": 154, "beds": None, "operations": 9}, submit=True)
    rows = {row.indicator.code: (row.value, row.status) for row in OutcomeValue.objects.all()}
    assert rows == {"revenue": (154, "submitted"), "operations": (9, "submitted")}


def test_what_is_sent_or_confirmed_is_not_entered_again(world):
    (sent,) = save(world, {"revenue": 153}, submit=True)
    told = refusal(lambda: save(world, {"revenue": 200}))
    assert "这一期已有数据 153（待确认）" in told[f"value_{sent.indicator_id}"][0]
    assert save(world, {"revenue": None}) == []
    record_return(record=sent, by=world.people[BO], reason="单位是万元")
    (again,) = save(world, {"revenue": 200}, submit=True)
    assert (again.pk, again.status, again.return_reason) == (sent.pk, "submitted", "")


def test_a_baseline_is_one_whole_year(world):
    save(world, {"revenue": 90}, 2023, is_baseline=True)
    assert "已有支援前基数（2023 年）" in str(
        refusal(lambda: save(world, {"revenue": 80}, 2022, is_baseline=True))
    )
    assert "已作为支援前基数填报" in str(refusal(lambda: save(world, {"revenue": 91}, 2023)))
    assert "不分季度" in str(refusal(lambda: save(world, {"revenue": 9}, 2022, 1, is_baseline=True)))


def test_periods_that_have_not_begun(world):
    with mock.patch.object(timezone, "localdate", return_value=date(2026, 6, 30)):
        save(world, {"revenue": 9}, 2026, 2)
        assert "2026 年第 3 季度还没有开始" in str(refusal(lambda: save(world, {"revenue": 9}, 2026, 3)))
        assert "2027 年还没有开始" in str(refusal(lambda: save(world, {"revenue": 9}, 2027)))


def test_nobody_enters_for_somebody_else(world):
    with pytest.raises(RuleBroken, match="只能填报本单位"):
        outcomes_save(recipient=world.clinic, year=2025, quarter=None, entries=[], by=world.people[HC])


def test_all_problems_at_once_and_nothing_written(world):
    (sent,) = save(world, {"revenue": 153}, submit=True)
    told = refusal(lambda: save(world, {"revenue": 1, "bed_use_rate": 140, "beds": 9}))
    rate = indicator("bed_use_rate")
    assert set(told) == {f"value_{sent.indicator_id}", f"sure_{rate.pk}"}
    assert OutcomeValue.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_save_the_same_period_at_once():
    clinic = build.organisation("township_clinic")
    by = build.coordinator(clinic, sending=False)
    entries = [Entry(indicator("beds"), Decimal(40))]
    form = dict(recipient=clinic, year=2025, quarter=None, entries=entries, by=by)
    done, refused = split(together(lambda: outcomes_save(**form), lambda: outcomes_save(**form)))
    assert refused == [] and OutcomeValue.objects.filter(recipient=clinic).count() == 1


# ---- doubts
@pytest.mark.parametrize(
    ("code", "value", "words"),
    [
        ("revenue", 300, None),
        ("revenue", "300.01", "是 2024 年的 100 万元的 3 倍，一般不超过 3 倍"),
        ("revenue", "33.34", None),
        ("revenue", "33.33", "的 0.33 倍，一般不少于 0.33 倍"),
        ("patient_satisfaction", 100, None),
        ("patient_satisfaction", 105, "填了 105 %，一般不超过 100 %"),
        ("beds", -1, "一般不少于 0 张"),
        ("admissions", 500, None),
    ],
)
def test_what_can_hardly_be_right(world, code, value, words):
    build.outcome_value(world.clinic, 100, 2024, indicator="revenue")
    found = outcome_doubts(
        recipient=world.clinic, year=2025, quarter=None, values={indicator(code): Decimal(str(value))}
    )
    told = "".join(sum(found.values(), []))
    assert (words in told) if words else found == {}


def test_one_indicator_above_another_in_the_form_or_on_file(world):
    form = {indicator("admissions"): Decimal(500), indicator("outpatient_visits"): Decimal(300)}
    where = {"recipient": world.clinic, "year": 2025, "quarter": None}
    assert "超过同期门急诊人次 300 人次" in str(outcome_doubts(**where, values=form))
    build.outcome_value(world.clinic, 400, 2025, indicator="outpatient_visits")
    alone = {indicator("admissions"): Decimal(500)}
    assert "超过同期门急诊人次 400" in str(outcome_doubts(**where, values=alone))
    assert outcome_doubts(**where | {"quarter": 1}, values=alone) == {}


def test_quarters_are_held_against_quarters(world):
    build.outcome_value(world.clinic, 400, 2024, indicator="revenue")
    build.outcome_value(world.clinic, 100, 2024, indicator="revenue", quarter=4)
    told = outcome_doubts(
        recipient=world.clinic, year=2025, quarter=1, values={indicator("revenue"): Decimal(400)}
    )
    assert "2024 年第 4 季度的 100 万元" in str(told)


def test_the_desk_asks_as_well(client, world):
    build.outcome_value(world.clinic, 100, 2024, indicator="revenue")
    client.force_login(world.people[BO])
    url = reverse("admin:support_outcomevalue_add")
    assert 'name="sure"' in client.get(url).content.decode()
    typed = {
        "recipient": world.clinic.pk,
        "indicator": indicator("revenue").pk,
        "year": 2025,
        "value": "900",
        "source": "财务年报",
    }
    asked = client.post(url, typed)
    assert asked.status_code == 200 and "900" in str(asked.context["adminform"].form.errors["sure"])
    assert not OutcomeValue.objects.filter(year=2025).exists()
    assert client.post(url, typed | {"sure": "on"}).status_code == 302
    made = OutcomeValue.objects.get(year=2025)
    assert "900" in made.doubts and made.status == "draft"
    change = reverse("admin:support_outcomevalue_change", args=[made.pk])
    assert client.post(change, typed | {"value": "120"}).status_code == 302
    made.refresh_from_db()
    assert (made.value, made.doubts) == (120, "")
    settled = build.outcome_value(world.clinic, 130, 2026, indicator="revenue")
    page = client.get(reverse("admin:support_outcomevalue_change", args=[settled.pk])).content.decode()
    assert 'name="sure"' not in page and "确认过的异常" in page


def test_the_thresholds_are_data(world):
    build.outcome_value(world.clinic, 100, 2024, indicator="revenue")
    OutcomeIndicator.objects.filter(code="revenue").update(jump_ratio=5)
    ask = dict(recipient=world.clinic, year=2025, quarter=None)
    assert outcome_doubts(**ask, values={indicator("revenue"): Decimal(400)}) == {}
    OutcomeIndicator.objects.filter(code="revenue").update(jump_ratio=None)
    assert outcome_doubts(**ask, values={indicator("revenue"): Decimal(4000)}) == {}


def test_a_doubt_that_was_read_is_kept_for_the_bureau(world):
    (row,) = save(world, {"bed_use_rate": 140}, sure=["bed_use_rate"], submit=True)
    assert "一般不超过 100 %" in row.doubts


# ---- comparing
def test_growth_of_the_published_case(world):
    """C01: 570 → 745.7 is 30.8 % and 90 → 153 is 70 %, against the time before support, not 同比."""
    for code, before, now in (("revenue", "570", "745.7"), ("medical_revenue", "90", "153")):
        build.outcome_value(world.clinic, before, 2022, indicator=code, baseline=True)
        build.outcome_value(world.clinic, now, 2024, indicator=code)
    _, rows = outcome_table(world.people[RC])
    assert [(str(row.support_change), str(row.year_change)) for row in rows] == [
        ("30.8%", "—"),
        ("70.0%", "—"),
    ]


@given(
    base=st.decimals("-1000", "1000", places=2),
    now=st.decimals("-1000", "1000", places=2),
    percentage=st.booleans(),
    direction=st.sampled_from(["up", "down", "neutral"]),
)
def test_changes_against_plain_arithmetic(base, now, percentage, direction):
    row = OutcomeIndicator(is_percentage=percentage, direction=direction)
    change = change_between(row, OutcomeValue(value=base), OutcomeValue(value=now))
    if percentage:
        assert change.amount == now - base and str(change).endswith("个百分点")
    elif base == 0:
        assert change.amount is None and str(change) == "—"
    else:
        exact = (now - base) / abs(base) * 100
        assert change.amount == exact.quantize(Decimal("0.1"), ROUND_HALF_UP)
    better = {"up": now > base, "down": now < base, "neutral": None}[direction]
    assert change.trend == ("" if now == base or better is None else "good" if better else "bad")


@given(base=st.integers(1, 400), now=st.integers(0, 1000))
def test_half_goes_up(base, now):
    """By whole numbers: tenths of a per cent, rounded half away from zero."""
    assume((now - base) * 2000 % base == 0)
    row = OutcomeIndicator()
    change = change_between(row, OutcomeValue(value=Decimal(base)), OutcomeValue(value=Decimal(now)))
    doubled = (now - base) * 2000 // base
    tenths = (abs(doubled) + 1) // 2 * (1 if doubled >= 0 else -1)
    assert change.amount * 10 == tenths


def test_a_quarter_compares_with_the_same_quarter_of_last_year(world):
    for year, quarter, value in ((2024, 1, 100), (2024, 4, 400), (2025, 1, 110), (2024, None, 900)):
        build.outcome_value(world.clinic, value, year, indicator="operations", quarter=quarter)
    years, (row,) = outcome_table(world.people[RC], quarter=1)
    assert (years, str(row.year_change), str(row.support_change)) == ([2024, 2025], "10.0%", "—")


def test_four_confirmed_quarters_are_held_against_the_year(world):
    for quarter, value in enumerate((10, 20, 30, 40), 1):
        build.outcome_value(
            world.clinic, value, 2025, indicator="operations", quarter=quarter, confirmed=quarter < 4
        )
        build.outcome_value(world.clinic, value, 2025, indicator="beds", quarter=quarter)
    for code in ("operations", "beds"):
        build.outcome_value(world.clinic, 105, 2025, indicator=code)
    _, rows = outcome_table(world.people[RC])
    found = {row.indicator.code: row for row in rows}
    # a quarter that waits is no quarter yet, and beds do not add up
    assert [found[code].quarters_gap(2025) for code in ("operations", "beds")] == [None, None]
    record_confirm(record=OutcomeValue.objects.get(status="submitted"), by=world.people[BO])
    _, rows = outcome_table(world.people[RC])
    assert {row.indicator.code: row.quarters_gap(2025) for row in rows} == {"operations": 5, "beds": None}


def test_points_and_colours_on_the_page(client, world):
    for year, value, baseline in ((2023, "0.50", True), (2024, "0.48", False), (2025, "0.30", False)):
        build.outcome_value(world.clinic, value, year, indicator="infection_rate", baseline=baseline)
    client.force_login(world.people[HC])
    text = client.get(reverse("outcome-list")).content.decode()
    assert "-0.2 个百分点" in text and "-0.18 个百分点" in text and "trend-good" in text
    assert reverse("outcome-enter") not in text


# ---- pages
def typed(world, values: dict, **more) -> dict:
    return {f"value_{indicator(code).pk}": value for code, value in values.items()} | {
        "source": "统计年报",
        "department": "财务科",
        **more,
    }


def test_a_year_is_entered_asked_and_sent(client, world):
    client.force_login(world.people[RC])
    url = reverse("outcome-enter") + "?year=2025&period=year"
    page = client.get(url)
    assert page.status_code == 200 and len(page.context["lines"]) == OutcomeIndicator.objects.count()
    answer = client.post(url, typed(world, {"revenue": "153", "bed_use_rate": "140"}, send="1"))
    text = answer.content.decode()
    assert "一般不超过 100 %" in text and 'value="153"' in text and not OutcomeValue.objects.exists()
    rate = indicator("bed_use_rate").pk
    assert f'name="sure_{rate}"' in text and f'name="sure_{indicator("revenue").pk}"' not in text
    more = {f"sure_{rate}": "on", f"department_{rate}": "医务科", "send": "1"}
    answer = client.post(url, typed(world, {"revenue": "153", "bed_use_rate": "140"}, **more))
    assert answer.status_code == 302
    rows = {row.indicator.code: row for row in OutcomeValue.objects.all()}
    assert {code: (row.status, row.source, row.department) for code, row in rows.items()} == {
        "revenue": ("submitted", "统计年报", "财务科"),
        "bed_use_rate": ("submitted", "统计年报", "医务科"),
    }
    client.force_login(world.people[BO])
    listed = client.get(reverse("outcome-value-list"), {"waiting": "on"})
    assert {row.pk for row in listed.context["page"]} == {row.pk for row in rows.values()}
    draft = build.outcome_value(world.clinic, 3, 2024, indicator="beds", status="draft")
    answer = client.post(
        reverse("outcome-confirm-many"),
        {"record": [row.pk for row in rows.values()] + [draft.pk], "next": reverse("outcome-value-list")},
        follow=True,
    )
    told = [str(message) for message in answer.context["messages"]]
    assert told[0] == "已确认 2 条成效数据，计入统计。" and told[1] == "1 条成效数据没有确认，原因如下。"
    assert "现在是“草稿”" in told[2]
    client.force_login(world.people[RC])
    assert "disabled" in client.get(url).content.decode()


def test_a_confirmed_value_is_corrected_with_a_reason(client, world):
    value = build.outcome_value(world.clinic, 90, 2025, confirmed_by=world.people[BO])
    client.force_login(world.people[RC])
    url = reverse("outcome-correct", args=[value.pk])
    assert client.post(url, {"value": "95"}).context["form"].errors["replace_reason"]
    answer = client.post(url, {"value": "95", "replace_reason": "漏计一科室", "send": "1"})
    new = OutcomeValue.objects.get(replaces=value)
    assert answer.headers["Location"] == reverse("outcome-detail", args=[new.pk])
    client.force_login(world.people[BO])
    text = client.get(reverse("outcome-detail", args=[new.pk])).content.decode()
    assert "漏计一科室" in text and "<del>90</del>" in text and "<strong>95</strong>" in text
    record_return(record=new, by=world.people[BO], reason="请附说明")
    client.force_login(world.people[RC])
    edit = reverse("outcome-edit", args=[new.pk])
    assert client.get(edit).status_code == 200
    client.post(edit, {"value": "96", "replace_reason": "漏计两科室", "send": "1"})
    new.refresh_from_db()
    assert (new.value, new.replace_reason, new.status) == (96, "漏计两科室", "submitted")
