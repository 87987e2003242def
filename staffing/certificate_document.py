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
DEFINITIONS = (
    "日历天数从受援单位确认的到岗日起算，首尾两天都计入；计入天数为日历天数减去请假、旷工和脱岗，半天计 0.5 天；"
    "请假没有在开始前批准的按脱岗计；出勤工作日为应出勤日中在岗和公出的天数，补休以已有的加班抵计。",
    "活动按本人参与计，只计服务期间在该服务单位开展并经双方确认的记录；来源只有约数的写“约”。",
)
NO_DATE = "　　年　　月　　日　"
SEALED = "负责人签名：　　　　　　　　（公章）　"
BOXES = (
    ("派驻人员自我小结", 6, ("本人签名：　　　　　　　　　", NO_DATE)),
    ("受援单位意见", 5, (SEALED, NO_DATE)),
    ("支援单位意见", 4, (SEALED, NO_DATE)),
    ("县级卫生健康行政部门意见", 4, (SEALED, NO_DATE)),
)
BY_HAND = "以上各栏由系统按已锁定的考勤和已确认的活动生成，涂改无效；以下各栏由本人和有关单位填写并签章。"


def compose_certificate(
    *, facts: dict, number: str, code: str, address: str, issued_on: date, data_time: datetime
) -> OfficialDocument:
    """The sealed document. ``address``: where to verify, empty when this site has no public address.

    The QR code then carries the code alone.
    """
    is_form = facts["kind"] == CertificateKind.APPRAISAL
    body = _form(facts) if is_form else _letter(facts)
    document = OfficialDocument(
        title=CertificateKind(facts["kind"]).label,
        blocks=(DocumentNumber(number), *body, _qr(number, code, address)),
        # the form is signed in its boxes, by hand
        issuer="" if is_form else facts["issuer"],
        issued_on=None if is_form else issued_on,
        definitions=(*([DEMO_NOTE] if facts["is_demo"] else []), *DEFINITIONS),
        identity=Identity(data_time=data_time),
    )
    return document.sealed()


def _qr(number: str, code: str, address: str) -> QrCode:
    if address:
        page = address.removesuffix(f"{code}/")
        how = f"扫码，或打开 {page} 输入验证码，即可核验；在该页面上传本文件可核对有无改动。"
    else:
        how = "在出具部门的对口支援管理系统“证明核验”页面输入验证码，即可核验；上传本文件可核对有无改动。"
    shown = "核验页面只显示编号、部分姓名、期间、天数和状态。"
    return QrCode(address or code, (f"编号：{number}", f"验证码：{code}", how, shown))


# ---- 基层服务证明


def _letter(facts: dict):
    totals = facts["totals"]
    yield Paragraph(
        f"兹证明{_person_words(facts)}，于{_words(facts['start'])}至{_words(facts['end'])}"
        f"由{facts['sender']}派驻基层服务，计入{totals['qualifying']}天。具体情况如下："
    )
    yield _stretches(facts)
    yield Paragraph(_activity_words(facts) + _result_words(facts))
    yield Paragraph("以上根据已锁定的考勤和双方确认的记录生成，特此证明。")


def _person_words(facts: dict) -> str:
    person = facts["person"]
    birth = (
        f"{person['birth_month'][:4]}年{int(person['birth_month'][5:])}月出生"
        if person["birth_month"]
        else ""
    )
    title = f"派出时职称{person['title']}" if person["title"] else ""
    licence = f"执业证书编号{person['licence_no']}" if person["licence_no"] else ""
    return "，".join(filter(None, (person["name"], person["sex"], birth, title, licence)))


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
    return Table(columns, tuple(rows), has_total=has_total)


def _range(row: dict) -> str:
    return f"{row['start']}\n至 {row['end']}"


def _missing(row: dict) -> str:
    return plain(Decimal(row["absent"]) + Decimal(row["off_post"]))


def _activity_words(facts: dict) -> str:
    if not facts["activities"]:
        return "服务期间没有已确认的活动记录。"
    parts = "，".join(
        f"{row['name']}{'约' if row['is_about'] else ''}{row['value']}{row['unit']}"
        for row in facts["activities"]
    )
    return f"服务期间参加并经确认的活动{facts['events']}项次：{parts}。"


def _result_words(facts: dict) -> str:
    if not facts["results"]:
        return ""
    return "考核结果：" + "，".join(f"{row['cycle']}{row['grade']}" for row in facts["results"]) + "。"


def _words(day: str) -> str:
    return chinese_date(date.fromisoformat(day))


# ---- 基层服务鉴定表


def _form(facts: dict):
    person, totals = facts["person"], facts["totals"]
    birth = person["birth_month"].replace("-", "年") + "月" if person["birth_month"] else "未登记"
    rows = [
        _pairs(("姓名", 1, person["name"], 4), ("性别", 1, person["sex"] or "未登记", 1), ("出生年月", 2, birth, 3)),
        _pairs(
            ("派出时职称", 2, person["title"] or "未登记", 4),
            ("执业证书编号", 2, person["licence_no"] or "未登记", 4),
        ),
        _pairs(("支援单位", 2, facts["sender"], 10)),
        FormRow(
            tuple(
                FormCell(label, span, label=True)
                for label, span in (
                    ("服务单位", 4), ("派驻科室", 2), ("起止日期", 2), ("日历天数", 1), ("计入天数", 1),
                    ("请假天数", 1), ("旷工脱岗", 1),
                )
            )
        ),
    ]  # fmt: skip
    for row in facts["stretches"]:
        texts = (str(row["days"]), row["qualifying"], row["leave"], _missing(row))
        rows.append(
            FormRow(
                (
                    FormCell(row["recipient"], 4, align="left"),
                    FormCell(row["department"], 2),
                    FormCell(f"{row['start']}\n{row['end']}", 2),
                    *(FormCell(text) for text in texts),
                )
            )
        )
    sums = (str(totals["days"]), totals["qualifying"], totals["leave"], _missing(totals))
    rows.append(FormRow((FormCell("合计", 8, label=True), *(FormCell(text) for text in sums))))
    rows.append(_wide("工作业绩", _activity_words(facts)))
    rows.append(_wide("考核结果", _result_words(facts).removeprefix("考核结果：") or "没有已定等次的考核。"))
    rows.append(FormRow((FormCell(BY_HAND, 12, align="left"),)))
    for label, lines, foot in BOXES:
        rows.append(FormRow((FormCell(label, 1, label=True), FormCell("", 11, foot=foot)), lines))
    yield Form(12, tuple(rows))


def _pairs(*pairs: tuple[str, int, str, int]) -> FormRow:
    cells = []
    for label, label_span, text, span in pairs:
        cells += [FormCell(label, label_span, label=True), FormCell(text, span)]
    return FormRow(tuple(cells))


def _wide(label: str, text: str) -> FormRow:
    return FormRow((FormCell(label, 1, label=True), FormCell(text, 11, align="left")), 2)
