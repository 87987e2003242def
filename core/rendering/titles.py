"""Lines of a centred title: balanced, in the shape of a trapezoid or diamond, no word torn (GB/T 9704-2012, 7.3.1).

There is no dictionary here. Names given by the caller and the words that titles of this field are made of are
kept whole; a line rather ends after 的, 关于 or a name than elsewhere. A title with line feeds keeps its lines.
"""

from __future__ import annotations

import re
from itertools import combinations

from .linebreak import NO_END, NO_START, break_lines
from .typeface import Typeface, clean

_WORDS = re.compile(
    "社区卫生服务中心|医疗卫生机构|卫生健康委员会|卫生健康局|对口支援|中心卫生院|乡镇卫生院|妇幼保健院|"
    "人民政府|人民医院|中医医院|工作总结|卫生院|医共体|协议书|责任书|任务书|统计表|一览表|登记表|上半年|"
    "下半年|进一步|医疗|卫生|支援|派驻|帮扶|总结|工作|年度|季度|情况|报告|通知|通报|方案|办法|考核|评估|结果|"
    "关于|开展|做好|加强|城市|城乡|农村|基层|医师|医生|人员|名单|明细|汇总|证书|证明|实施|管理|推进|服务|能力|"
    "提升|行动|目标|完成|进修|捐赠|技术|项目|培训|建设|机构|单位|医院|县级|乡镇|行政|区域"
)
_AFTER = ("的", "关于", "年度", "年", "、", "）", "》", "”")
_LATIN = re.compile(r"[!-~]+")
_DATES = re.compile(r"\d+年度?|\d+月|\d+日|第[一二三四五六七八九十\d]+[批次届期]")
_MAX_LINES = 3  # longer titles are simply filled: trying every cut would take seconds


def break_title(
    text: str, face: Typeface, size: float, width: float, keep_together: tuple[str, ...] = ()
) -> list[str]:
    """The title's lines, each at most ``width`` pt wide at ``size`` pt."""
    lines: list[str] = []
    for part in text.splitlines():
        part = clean(part).strip()
        if part:
            lines.extend(_balanced(part, face, size, width, keep_together))
    return lines


def _balanced(
    text: str, face: Typeface, size: float, width: float, keep_together: tuple[str, ...]
) -> list[str]:
    total = face.width(text) * size
    if total <= width:
        return [text]
    forbidden, good = _places(text, keep_together)
    allowed = [place for place in range(1, len(text)) if place not in forbidden]
    ends = [face.width(text[:place]) * size for place in range(len(text) + 1)]
    for count in range(int(total // width) + 1, _MAX_LINES + 1):
        best, best_cost = None, float("inf")
        for cuts in combinations(allowed, count - 1):
            edges = (0, *cuts, len(text))
            widths = [ends[b] - ends[a] for a, b in zip(edges, edges[1:], strict=False)]
            if max(widths) > width:
                continue
            cost = _cost(widths, total / count, size) + sum(0 if cut in good else 3 for cut in cuts)
            if cost < best_cost:
                best, best_cost = edges, cost
        if best:
            return [text[a:b].strip() for a, b in zip(best, best[1:], strict=False)]
    return [line.text for line in break_lines(text, face, size, width, justify=False)]


def _cost(widths: list[float], mean: float, size: float) -> float:
    """Unevenness in characters; a waist (outer lines longer than the inner ones) costs more."""
    cost = sum(((value - mean) / size) ** 2 for value in widths) / 4
    inner = widths[1:-1]
    if inner and min(inner) < min(widths[0], widths[-1]):
        cost += 4
    return cost


def _places(text: str, keep_together: tuple[str, ...]) -> tuple[set[int], set[int]]:
    """(places where no line may end, places where a line ends well)."""
    forbidden: set[int] = set()
    good: set[int] = set()
    names = [clean(name) for name in keep_together if name]
    for pattern in (*(re.compile(re.escape(name)) for name in names), _WORDS, _LATIN, _DATES):
        for match in pattern.finditer(text):
            forbidden.update(range(match.start() + 1, match.end()))
    for name in names:
        good.update(match.end() for match in re.finditer(re.escape(name), text))
    for place in range(1, len(text)):
        if text[place] in NO_START or text[place - 1] in NO_END:
            forbidden.add(place)
        if text[:place].endswith(_AFTER):
            good.add(place)
        if text[place] in "的和与及" or text[place - 1] in "和与及":
            good.discard(place)
    return forbidden, good
