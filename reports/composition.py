"""The official document of a summary: its words, its statistical form and its appended lists.

Everything comes from the frozen facts and paragraphs; nothing is looked up here.
"""

from datetime import date, datetime

from core.numbers import NO_VALUE
from core.rendering import Annex, Column, Heading, Identity, OfficialDocument, Paragraph, Table
from reports.narrative import PARTS
from reports.selectors.facts import FORM_COLUMNS

DEMO_NOTE = "本总结由演示数据生成，人员姓名均为虚构，不作为正式上报材料。"
DAY_NOTE = "天数首尾两天都计入；较支援前为与支援前基数年相比，同比为与上一年相比，两者不同。"


def compose_summary(
    *,
    facts: dict,
    narrative: list[dict],
    title: str,
    addressee: str,
    issued_on: date,
    version: int,
    data_time: datetime,
) -> OfficialDocument:
    """The sealed document: its content hash covers every printed word."""
    annexes = tuple(annex for annex in _annexes(facts) if annex)
    document = OfficialDocument(
        title=title,
        addressee=f"{addressee}：",
        blocks=tuple(_body(narrative)),
        issuer=facts["organisation"],
        issued_on=issued_on,
        annexes=annexes,
        definitions=tuple(_definitions(facts)),
        identity=Identity(version=f"第 {version} 版", data_time=data_time),
        keep_together=(facts["organisation"], facts["cycle"], "对口支援", "工作总结"),
    )
    return document.sealed()


def _body(narrative: list[dict]):
    for part in PARTS:
        chosen = [
            paragraph for paragraph in narrative if paragraph["part"] == part and paragraph["text"].strip()
        ]
        if not chosen:
            continue
        yield Heading(part, 1)
        for paragraph in chosen:
            if paragraph["heading"]:
                yield Heading(paragraph["heading"], 2)
            yield from _lines(paragraph)


def _lines(paragraph: dict):
    lines = [line.strip() for line in paragraph["text"].splitlines() if line.strip()]
    if paragraph["heading"] or len(lines) == 1:
        yield from (Paragraph(line) for line in lines)
    else:
        yield from (Paragraph(f"{number}.{line}") for number, line in enumerate(lines, start=1))


def _annexes(facts: dict):
    yield _form(facts, "recipients", "对口支援工作统计表（按受援单位）")
    if facts["edition"] == "bureau" and len(facts["senders"]) > 1:
        yield _form(facts, "senders", "对口支援工作统计表（按支援单位）")
    yield _list(
        "协议清单",
        ("编号", "支援单位", "受援单位", "第三方", "生效日期", "有效至", "帮扶科室"),
        (8, 10, 10, 9, 6, 6, 8),
        facts["agreements"],
    )
    yield _list(
        "派驻人员名单",
        ("姓名", "职称", "科室", "受援单位", "类型", "开始", "结束", "天数"),
        (6, 8, 7, 12, 4, 7, 7, 4),
        facts["people"],
    )
    yield _list(
        "新技术新业务清单",
        ("名称", "受援单位", "科室", "指导人", "首次开展"),
        (14, 12, 6, 5, 7),
        facts["techniques"],
        _technique_notes(facts),
    )
    yield _list(
        "进修人员名单",
        ("姓名", "单位", "进修专业", "开始", "结束", "减免"),
        (5, 12, 7, 7, 7, 10),
        facts["trainees"],
    )
    yield _list(
        "捐赠清单",
        ("日期", "受援单位", "种类", "内容", "金额（元）"),
        (7, 10, 5, 18, 8),
        facts["donations"],
        (_donation_note(facts),),
    )
    yield _outcomes(facts)
    yield _list(
        "考核结果",
        ("考核对象", "评分表", "总分", "计算等次", "最终等次", "调整原因"),
        (12, 10, 4, 5, 5, 8),
        facts["assessments"],
    )


def _form(facts: dict, side: str, title: str) -> Annex:
    """The statistical form in its canonical columns, one row a unit and a total."""
    figures = facts["figures"]
    name = "受援单位" if side == "recipients" else "支援单位"
    columns = (
        Column(name, 10, "left"),
        *(
            Column(f"{figures[code]['label']}（{figures[code]['unit']}）", None, "right")
            for code in FORM_COLUMNS
        ),
    )
    rows = [(row["name"], *(row["values"][code] for code in FORM_COLUMNS)) for row in facts[side]]
    rows.append(("合计", *(figures[code]["text"] for code in FORM_COLUMNS)))
    notes = (
        "派驻批次合计中，派往几家单位的同一批次只计一次；接收进修合计中每人只计一次。",
        "资金与物资设备分别统计，不相加。没有发生的填 0。",
        _inexact_note(facts, FORM_COLUMNS),
    )
    return Annex(
        title,
        (Table(columns, tuple(rows), notes=tuple(note for note in notes if note), has_total=True),),
        landscape=True,
    )


def _list(title: str, labels: tuple, widths: tuple, rows: list, notes: tuple = ()) -> Annex:
    numbered = tuple((str(number), *row) for number, row in enumerate(rows, start=1))
    columns = (
        Column("序号", 3),
        *(Column(label, width, "left") for label, width in zip(labels, widths, strict=True)),
    )
    return Annex(
        title,
        (Table(columns, numbered, notes=tuple(note for note in notes if note)),),
        landscape=len(labels) > 6,
    )


def _technique_notes(facts: dict) -> tuple[str, ...]:
    unnamed = int(float(facts["figures"]["techniques"]["value"])) - len(facts["techniques"])
    return (f"另有 {unnamed} 项登记了数量，没有列出名称。",) if unnamed > 0 else ()


DONATIONS = ("donated_cash", "donated_goods", "waived_fees")


def _donation_note(facts: dict) -> str:
    figures = facts["figures"]
    parts = "；".join(f"{figures[code]['label']}{figures[code]['text']}元" for code in DONATIONS)
    return f"分项小计：{parts}。三类分别统计，不相加。{_inexact_note(facts, DONATIONS)}"


def _inexact_note(facts: dict, codes: tuple[str, ...]) -> str:
    labels = [facts["figures"][code]["label"] for code in codes if code in facts["approximate"]]
    return f"{'、'.join(labels)}中含来源没有给出准确数的约数。" if labels else ""


def _outcomes(facts: dict) -> Annex:
    columns = (
        Column("受援单位", 12, "left"), Column("指标", 8, "left"), Column("基数年", 4), Column("基数", 5, "right"),
        Column("上年", 5, "right"), Column("年度", 4), Column("数值", 5, "right"),
        Column("较支援前", 6, "right"), Column("同比", 5, "right"),
    )  # fmt: skip
    rows = tuple(
        (
            row["recipient"],
            f"{row['indicator']}（{row['unit']}）",
            str(row["baseline_year"] or NO_VALUE),
            row["baseline"],
            row["previous"],
            str(row["year"]),
            row["value"],
            row["since_support"],
            row["year_on_year"],
        )
        for row in facts["growths"]
    )
    return Annex(
        "受援单位主要指标对比", (Table(columns, rows, notes=(DAY_NOTE.split("；")[1],)),), landscape=True
    )


def _definitions(facts: dict):
    if facts["is_demo"]:
        yield DEMO_NOTE
    yield f"统计期间：{facts['start']} 至 {facts['end']}。{DAY_NOTE}"
    for code in ("batches", "person_times", "persons", *FORM_COLUMNS[2:]):
        figure = facts["figures"][code]
        left_out = (
            f"另有{figure['pending_label']} {figure['pending']} 条未计入。" if figure["pending"] else ""
        )
        yield f"{figure['label']}（{figure['unit']}）：{figure['definition']}{left_out}"
