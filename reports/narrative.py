"""The words of a summary, generated from the facts: four customary parts, plain numbers, no filler.

Each paragraph has a key, so that a person's own wording replaces exactly that paragraph and the rest
still follows the figures. A sentence about something that did not happen is left out, except where a
zero is itself a fact the reader expects (new techniques).
"""

from datetime import date
from decimal import Decimal

from reports.selectors.facts import worded
from staffing.titles import TitleLevel

WORK, RESULTS, PROBLEMS, NEXT = "主要做法和工作开展情况", "取得的成效", "存在的问题", "下一步工作"
PARTS = (WORK, RESULTS, PROBLEMS, NEXT)
NAMED_AT_MOST = 8
# a recipient tells the same facts from the other side
CLINIC_HEADINGS = {
    "postings": "配合派驻人员开展工作",
    "studies": "选送人员进修",
    "donations": "接受物资和费用支持",
}


def paragraphs(facts: dict) -> list[dict]:
    """The generated paragraphs in order: key, part, heading, text."""
    builders = (
        ("organisation", WORK, "加强组织实施", _organisation),
        ("postings", WORK, "选派人员驻点帮扶", _postings),
        ("teaching", WORK, "开展带教和业务指导", _teaching),
        ("care", WORK, "服务当地群众", _care),
        ("studies", WORK, "接收人员进修", _studies),
        ("donations", WORK, "给予物资和费用支持", _donations),
        ("techniques", RESULTS, "技术和管理水平有提高", _techniques),
        ("growth", RESULTS, "服务能力有变化", _growth),
        ("assessment", RESULTS, "考核情况", _assessment),
        ("problems", PROBLEMS, "", _problems),
        ("next", NEXT, "", _next),
    )
    own = CLINIC_HEADINGS if _is_clinic(facts) else {}
    built = ((key, part, own.get(key, heading), build(facts)) for key, part, heading, build in builders)
    return [
        {"key": key, "part": part, "heading": heading, "text": text, "edited": False}
        for key, part, heading, text in built
        if text
    ]


class _Numbers:
    """Short access to figures: ``n["lectures"]`` is its text, ``n.has("lectures")`` whether it is not zero."""

    def __init__(self, facts: dict):
        self.facts = facts
        self.figures = facts["figures"]

    def __getitem__(self, code: str) -> str:
        return worded(self.facts, code)

    def has(self, code: str) -> bool:
        return Decimal(self.figures[code]["value"]) != 0

    def phrase(self, verb: str, code: str) -> str:
        """“举办学术讲座73期”; empty for zero."""
        return f"{verb}{self[code]}{self.figures[code]['unit']}" if self.has(code) else ""


def _is_clinic(facts: dict) -> bool:
    return facts["edition"] == "clinic"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.year}年{day.month}月{day.day}日"


def _join(*phrases: str) -> str:
    return "，".join(phrase for phrase in phrases if phrase)


def _by_recipient(facts: dict, code: str) -> str:
    """“凌云县人民医院12人、逻楼中心卫生院3人”; empty for a single recipient."""
    named = [row for row in facts["recipients"] if Decimal(row["values"].get(code, "0")) != 0]
    if len(facts["recipients"]) < 2 or not named:
        return ""
    unit = facts["figures"][code]["unit"]
    shown = "、".join(f"{row['name']}{row['values'][code]}{unit}" for row in named[:NAMED_AT_MOST])
    return shown + (f"等{len(named)}家单位" if len(named) > NAMED_AT_MOST else "")


def _organisation(facts: dict) -> str:
    n = _Numbers(facts)
    basis = f"按照{facts['basis']}的要求，" if facts["basis"] else ""
    span = f"{_day(facts['start'])}至{_day(facts['end'])}"
    if facts["edition"] == "bureau":
        who = f"组织{n['senders']}家支援单位与{n['recipients']}家受援单位结对，签订并备案协议{n['agreements']}份"
    elif facts["edition"] == "hospital":
        who = f"我单位与{n['recipients']}家受援单位签订并备案协议{n['agreements']}份"
    else:
        who = f"我单位接受{n['senders']}家支援单位的对口支援，签订并备案协议{n['agreements']}份"
    third = sum(row[3] != "—" for row in facts["agreements"])
    three = f"其中三方协议{third}份" if third else ""
    cover = facts["coverage"]
    reach = ""
    if cover and cover["planned"]:
        reach = f"计划覆盖的{cover['planned']}家受援单位中{cover['covered']}家有有效协议，覆盖率{cover['percent']}"
    return f"{basis}{span}，{_join(who, three, reach)}。"


def _postings(facts: dict) -> str:
    n = _Numbers(facts)
    if not n.has("person_times"):
        return "本期没有经受援单位确认到岗的派驻人员。"
    kinds = [
        f"{name}{n[f'batches_{kind}']}批{n[f'person_times_{kind}']}人次"
        for kind, name in (("resident", "驻点"), ("short_term", "短期"), ("circuit", "巡诊"))
        if n.has(f"person_times_{kind}")
    ]
    levels = [
        f"{level.label}{facts['levels'][level.value]}人次"
        for level in TitleLevel
        if facts["levels"][level.value] and level is not TitleLevel.UNKNOWN
    ]
    unknown = facts["levels"][TitleLevel.UNKNOWN.value]
    sent = "支援单位共派驻" if _is_clinic(facts) else "共派出"
    first = f"{sent}医务人员{n['batches']}批、{n['person_times']}人次（{n['persons']}人），其中{'，'.join(kinds)}。"
    where = _by_recipient(facts, "person_times")
    second = f"按受援单位分：{where}。" if where else ""
    third = f"按派出时职称分：{'，'.join(levels)}" if levels else ""
    if third:
        third += f"，职称未填{unknown}人次。" if unknown else "。"
    return first + second + third


def _teaching(facts: dict) -> str:
    n = _Numbers(facts)
    audience = f"听课{n['lecture_audience']}人次" if n.has("lecture_audience") else ""
    trained = f"培训{n['training_audience']}人次" if n.has("training_audience") else ""
    phrases = (
        n.phrase("举办学术讲座", "lectures"),
        audience,
        n.phrase("开展业务培训", "trainings"),
        trained,
        n.phrase("教学查房", "teaching_rounds"),
        n.phrase("手术示教", "surgery_demos"),
        n.phrase("会诊及疑难病例讨论", "consultations"),
        n.phrase("远程会诊", "remote_consultations"),
    )
    text = _join(*phrases)
    return f"{text}。" if text else ""


def _care(facts: dict) -> str:
    n = _Numbers(facts)
    phrases = (
        n.phrase("参与诊疗", "patients"),
        n.phrase("开展手术", "operations"),
        n.phrase("开展巡回医疗、义诊", "outreach_sessions"),
        n.phrase("巡回医疗、义诊服务群众", "outreach_patients"),
        n.phrase("上转患者", "referrals_up"),
        n.phrase("下转患者", "referrals_down"),
    )
    text = _join(*phrases)
    return f"{text}。" if text else ""


def _studies(facts: dict) -> str:
    n = _Numbers(facts)
    if not n.has("trainees"):
        return ""
    taken = "选送进修人员" if _is_clinic(facts) else "接收受援单位进修人员"
    where = _by_recipient(facts, "trainees")
    times = f"（{n['trainee_times']}人次）" if n["trainee_times"] != n["trainees"] else ""
    meals = f"其中{n['trainees_meals_waived']}人免收伙食费" if n.has("trainees_meals_waived") else ""
    return _join(f"{taken}{n['trainees']}人{times}", f"其中{where}" if where else "") + (
        f"；{meals}。" if meals else "。"
    )


def _donations(facts: dict) -> str:
    n = _Numbers(facts)
    phrases = []
    for code, name in (
        ("donated_cash", "捐赠资金"),
        ("donated_goods", "捐赠物资设备折合"),
        ("waived_fees", "减免费用"),
    ):
        if n.has(code):
            phrases.append(
                f"{'接受' if _is_clinic(facts) and code != 'waived_fees' else ''}{name}{n[code]}元"
            )
    return (
        f"{'；'.join(phrases)}（三类分别统计，不相加）。"
        if len(phrases) > 1
        else "".join(f"{p}。" for p in phrases)
    )


def _techniques(facts: dict) -> str:
    n = _Numbers(facts)
    names = [row[0] for row in facts["techniques"]]
    named = (
        f"，包括{'、'.join(names[:NAMED_AT_MOST])}{'等' if n['techniques'] != str(len(names[:NAMED_AT_MOST])) else ''}"
        if names
        else ""
    )
    helped = "在支援单位帮助下" if _is_clinic(facts) else "帮助受援单位"
    first = f"{helped}开展新技术、新业务{n['techniques']}项{named}"
    return (
        _join(
            first,
            n.phrase("建立（修订）制度", "rules_revised"),
            n.phrase("建立特色专科", "departments_built"),
        )
        + "。"
    )


def _growth(facts: dict) -> str:
    sentences = []
    for row in facts["growths"]:
        if row["since_support"] == "—":
            continue
        change = "增长" if not row["since_support"].startswith("-") else "下降"
        amount = row["since_support"].lstrip("-")
        sentences.append(
            f"{row['recipient']}{row['indicator']}由支援前（{row['baseline_year']}年）的{row['baseline']}{row['unit']}"
            f"变为{row['year']}年的{row['value']}{row['unit']}，较支援前{change}{amount}"
            + (f"，同比变化{row['year_on_year']}" if row["year_on_year"] != "—" else "")
        )
    return "；".join(sentences) + "。" if sentences else ""


def _assessment(facts: dict) -> str:
    units = [row for row in facts["assessments"] if "（" not in row[0]]
    people = len(facts["assessments"]) - len(units)
    named = "，".join(f"{row[0]}{row[2]}分，等次为{row[4]}" for row in units[:NAMED_AT_MOST])
    return (
        _join(f"经考核，{named}" if named else "", f"完成派驻人员考核{people}人" if people else "") + "。"
        if facts["assessments"]
        else ""
    )


def _problems(facts: dict) -> str:
    lines = [f"{warning}" for warning in facts["warnings"]]
    short = [row for row in facts["people"] if row[4] == "短期"]
    if short:
        lines.append(
            f"短期支援占比较高，{len(facts['people'])}人次派驻中短期{len(short)}人次，驻点时间还不够长。"
        )
    if not lines:
        lines.append("部分科室派驻时间偏短，受援单位骨干人才还不足，帮扶的持续性有待加强。")
    return "\n".join(lines)


def _next(facts: dict) -> str:
    lines = ["完善结对关系和任务清单，按协议逐项落实派驻、带教、进修等目标，做到人员轮换不断档。"]
    if facts["figures"]["person_times_unknown_title"]["value"] != "0":
        lines.append("补齐派驻人员职称等基础信息，做到底数清楚、数据可查。")
    if any(figure["pending"] for figure in facts["figures"].values()):
        lines.append("督促支援单位和受援单位及时确认工作记录，未经确认的不作为考核和上报依据。")
    lines.append("加强考核和结果运用，把对口支援成效与受援单位能力提升结合起来，形成长效机制。")
    return "\n".join(lines)
