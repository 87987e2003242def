"""The paper of a certificate: its frozen facts in official layout. Nothing is looked up or typed here."""

from datetime import date, datetime
from decimal import Decimal

from core.numbers import plain
from core.rendering import (
    Column,
    DocumentNumber,
    Form,
    FormCell,
    FormRow,
    Identity,
    OfficialDocument,
    Paragraph,
    QrCode,
    Table,
)
from core.rendering.compose import chinese_date
from staffing.models import CertificateKind

DEMO_NOTE = "本件由演示数据生成，人员姓名均为虚构，不能作为职称申报材料。"
DEFINITION = (
    "天数从确认到岗起算，首尾两天都计；计入天数为日历天数减去请假、旷工和脱岗，没有在开始前批准的请假按脱岗计；"
    "活动按本人参与计，只计双方确认的记录。"
)
UNKNOWN = "未登记"
NO_DATE = "　　年　　月　　日　"
SEALED = "负责人签名：　　　　　　　　（公章）　"
BOXES = (
    ("派驻\n人员\n自我\n小结", 4, ("本人签名：　　　　　　　　　", NO_DATE)),
    ("受援\n单位\n意见", 4, (SEALED, NO_DATE)),
    ("支援\n单位\n意见", 3, (SEALED, NO_DATE)),
    ("县级\n卫生\n健康\n行政\n部门\n意见", 4, (SEALED, NO_DATE)),
)
COLUMNS = 30
BY_HAND = "以上各栏由系统按已锁定的考勤和已确认的活动生成，涂改无效；以下各栏由本人和有关单位填写并签章。"


def compose_certificate(
    *, facts: dict, number: str, code: str, address: str, issued_on: date, data_time: datetime
) -> OfficialDocument:
    """The whole paper. ``address``: where to verify, empty when this site has no public address.

    The QR code then carries the code alone.
    """
    if facts["kind"] == CertificateKind.APPRAISAL:
        return OfficialDocument(
            title=CertificateKind.APPRAISAL.label,
            blocks=(DocumentNumber(number), *_form(facts, _qr(number, code, address))),
            definitions=_notes(facts),
            identity=Identity(data_time=data_time),
        )
    return OfficialDocument(
        title=CertificateKind.CERTIFICATE.label,
        blocks=(DocumentNumber(number), *_letter(facts), _qr(number, code, address, data_time)),
        issuer=facts["issuer"],
        issued_on=issued_on,
    )


def _notes(facts: dict) -> tuple[str, ...]:
    return (DEMO_NOTE, DEFINITION) if facts["is_demo"] else (DEFINITION,)


def _qr(number: str, code: str, address: str, data_time: datetime | None = None) -> QrCode:
    if address:
        page = address.removesuffix(f"{code}/")
        how = f"扫码，或打开 {page} 输入验证码，即可核验；在该页面上传本文件可核对有无改动。"
    else:
        how = "在出具部门的对口支援管理系统“证明核验”页面输入验证码，即可核验；上传本文件可核对有无改动。"
    lines = [f"编号：{number}", f"验证码：{code}", how, "核验页面只显示编号、部分姓名、期间、天数和状态。"]
    if data_time:
        lines.append(f"数据时间：{data_time:%Y-%m-%d %H:%M}（北京时间）")
    return QrCode(address or code, tuple(lines))


# ---- 基层服务证明


def _letter(facts: dict):
    totals = facts["totals"]
    yield Paragraph(
        f"兹证明{_person_words(facts)}，于{_words(facts['start'])}至{_words(facts['end'])}"
        f"由{facts['sender']}派驻基层服务，计入{totals['qualifying']}天："
    )
    yield _stretches(facts)
    closing = "以上根据已锁定的考勤和双方确认的记录生成，特此证明。"
    yield Paragraph(_activity_words(facts) + _result_words(facts) + closing)


def _person_words(facts: dict) -> str:
    person = facts["person"]
    born = _month_words(person["birth_month"])
    birth = f"{born}出生" if born else ""
    title = f"派出时职称{person['title']}" if person["title"] else ""
    return "，".join(filter(None, (person["name"], person["sex"], birth, title)))


def _month_words(month: str) -> str:
    return f"{month[:4]}年{int(month[5:])}月" if month else ""


def _stretches(facts: dict) -> Table:
    columns = (
        Column("服务单位", 9, "left"),
        Column("派驻科室", 5, "left"),
        Column("起止日期", 6),
        Column("日历天数", 3, "right"),
        Column("计入天数", 3, "right"),
        Column("出勤工作日", 3.5, "right"),
        Column("请假", 2.5, "right"),
        Column("旷工脱岗", 3, "right"),
    )
    rows = [
        (
            row["recipient"],
            row["department"],
            _range(row),
            str(row["days"]),
            row["qualifying"],
            row["working"],
            row["leave"],
            _missing(row),
        )
        for row in facts["stretches"]
    ]
    totals = facts["totals"]
    has_total = len(rows) > 1
    if has_total:
        own = (
            str(totals["days"]),
            totals["qualifying"],
            totals["working"],
            totals["leave"],
            _missing(totals),
        )
        rows.append(("合计", "", "", *own))
    return Table(columns, tuple(rows), has_total=has_total, notes=_notes(facts))


def _range(row: dict) -> str:
    return f"{row['start']}\n{row['end']}"


def _missing(row: dict) -> str:
    return plain(Decimal(row["absent"]) + Decimal(row["off_post"]))


def _activity_words(facts: dict) -> str:
    if not facts["activities"]:
        return "服务期间没有已确认的活动记录。"
    parts = "，".join(
        f"{row['name']}{'约' if row['is_about'] else ''}{row['value']}{row['unit']}"
        for row in facts["activities"]
    )
    return f"服务期间参加并经确认的活动{facts['events']}次：{parts}。"


def _result_words(facts: dict) -> str:
    if not facts["results"]:
        return ""
    return "考核结果：" + "，".join(f"{row['cycle']}{row['grade']}" for row in facts["results"]) + "。"


def _words(day: str) -> str:
    return chinese_date(date.fromisoformat(day))


# ---- 基层服务鉴定表


def _form(facts: dict, code_block: QrCode):
    """What the system states, its code, and below it the boxes that people fill in."""
    person = facts["person"]
    birth = _month_words(person["birth_month"]) or UNKNOWN
    rows = (
        _pairs(
            ("姓名", 3, person["name"], 9), ("性别", 3, person["sex"] or UNKNOWN, 3), ("出生年月", 5, birth, 7)
        ),
        _pairs(
            ("派出时职称", 5, person["title"] or UNKNOWN, 10),
            ("执业证书编号", 6, person["licence_no"] or UNKNOWN, 9),
        ),
        _pairs(("支援单位", 5, facts["sender"], 25)),
        *_form_stretches(facts),
        _wide("工作\n业绩", _activity_words(facts)),
        _wide("考核\n结果", _result_words(facts).removeprefix("考核结果：") or "没有已定等次的考核。"),
        FormRow((FormCell(BY_HAND, COLUMNS, align="left"),)),
    )  # fmt: skip
    yield Form(COLUMNS, rows)
    yield code_block
    boxes = (
        FormRow((FormCell(label, 3, label=True), FormCell("", 27, foot=foot)), lines)
        for label, lines, foot in BOXES
    )
    yield Form(COLUMNS, tuple(boxes))


SPANS = {
    "服务单位": 8,
    "派驻科室": 5,
    "起止日期": 5,
    "日历\n天数": 3,
    "计入\n天数": 3,
    "请假\n天数": 3,
    "旷工\n脱岗": 3,
}


def _form_stretches(facts: dict):
    yield FormRow(tuple(FormCell(label, span, label=True) for label, span in SPANS.items()))
    for row in facts["stretches"]:
        texts = (row["recipient"], row["department"], _range(row), *_sums(row))
        aligned = zip(texts, SPANS.values(), strict=True)
        yield FormRow(
            tuple(
                FormCell(text, span, align="left" if number == 0 else "center")
                for number, (text, span) in enumerate(aligned)
            )
        )
    sums = (FormCell(text, 3) for text in _sums(facts["totals"]))
    yield FormRow((FormCell("合计", 18, label=True), *sums))


def _sums(row: dict) -> tuple[str, ...]:
    return str(row["days"]), row["qualifying"], row["leave"], _missing(row)


def _pairs(*pairs: tuple[str, int, str, int]) -> FormRow:
    cells = []
    for label, label_span, text, span in pairs:
        cells += [FormCell(label, label_span, label=True), FormCell(text, span)]
    return FormRow(tuple(cells))


def _wide(label: str, text: str) -> FormRow:
    return FormRow((FormCell(label, 3, label=True), FormCell(text, 27, align="left")))
