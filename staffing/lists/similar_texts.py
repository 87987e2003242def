"""Nearly identical texts across units and years; of a pair half out of reach only one's own half."""

from django.db.models import Count
from django.utils import timezone

from core.lists import Listing, Order, Shown, Total, day
from core.numbers import NO_VALUE
from core.pages import FilterForm
from staffing.models import SimilarityVerdict, SimilarPair
from staffing.selectors.similar_pairs import ShownPair, shown_pairs, similar_pairs
from staffing.similar_forms import SimilarFilter


def _side(number: int, label: str) -> tuple[Shown, ...]:
    return (
        Shown(f"{label}单位", lambda shown: shown.sides[number].unit, 24),
        Shown(f"{label}年度", lambda shown: shown.sides[number].year, 8),
        Shown(
            f"{label}记录",
            lambda shown: (
                f"{side.label}：{side.title}" if (side := shown.sides[number]).visible else NO_VALUE
            ),
            40,
        ),
    )


def _verdict(name: str):
    return lambda shown: getattr(getattr(shown.pair, "verdict", None), name, None)


def _result(shown: ShownPair) -> str:
    verdict = getattr(shown.pair, "verdict", None)
    return verdict.get_result_display() if verdict else "待核查"


class SimilarList(Listing):
    name = "similar-texts"
    title = "雷同文字"
    permission = "staffing.view_similar_texts"
    template = "staffing/similar_texts.html"
    orders = (
        Order("alike", "相同程度", ("percent",), falls=True),
        Order("year", "年度", ("first__year", "second__year", "percent"), falls=True),
        Order("found", "发现时间", ("pk",), falls=True),
    )
    default = "-alike"
    columns = (
        Shown("相同（%）", "pair.percent", 10),
        *_side(0, "甲方"),
        *_side(1, "乙方"),
        Shown("结论", _result),
        Shown("理由", _verdict("reason"), 30),
        Shown("核查人", _verdict("decided_by"), 12),
        day("核查日期", lambda shown: (at := _verdict("decided_at")(shown)) and timezone.localdate(at)),
    )
    sizes = (10, 25, 50)  # two texts side by side are a long row

    def make_filter(self) -> FilterForm:
        return SimilarFilter(self.data)

    def visible(self):
        return SimilarPair.objects.visible_to(self.user)

    def filtered(self, rows):
        chosen = self.chosen
        return similar_pairs(
            rows,
            self.user,
            year=chosen.get("year"),
            text=chosen.get("q", ""),
            result=chosen.get("result", ""),
        )

    def related(self, rows):
        return rows.select_related(
            "first__unit", "second__unit", "verdict__decided_by", "verdict__decided_for"
        )

    def prepare(self, rows: list) -> list[ShownPair]:
        return shown_pairs(rows, self.user)

    def totals(self) -> list[Total]:
        judged = dict(
            self.found.order_by().values_list("verdict__result").annotate(pairs=Count("pk", distinct=True))
        )
        labels = {None: "待核查", **dict(SimilarityVerdict.Result.choices)}
        return [Total(label, judged[value], "对") for value, label in labels.items() if value in judged]

    def context(self) -> dict:
        return {"results": SimilarityVerdict.Result.choices}
