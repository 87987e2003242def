"""What looks odd about an activity before it is handed in; none of it forbids anything."""

from collections.abc import Mapping, Sequence
from datetime import date

from accounts.models import User
from core.advice import Advice
from core.numbers import plain
from core.personal_text import suspicions_in
from staffing.models import Activity, ActivityType, Clinician
from staffing.selectors.averages import PATIENTS
from staffing.selectors.duplicates import possible_duplicates
from support.models import Agreement

TEXT_LABELS = {
    "topic": "主题",
    "place": "地点",
    "department": "科室",
    "content": "内容",
    "note": "备注",
    "findings": "病种",
    "outcomes": "成果",
    "replace_reason": "更正原因",
}
PERSONAL, FILING, SUBSET, EVIDENCE, DUPLICATE = "personal", "filing", "subset", "evidence", "duplicate"


def personal_advice(texts: Mapping[str, Sequence[str]]) -> list[Advice]:
    """One sentence for each field that seems to hold a number of a person."""
    found = []
    for field, values in texts.items():
        seen = [str(one) for value in values for one in suspicions_in(value)]
        if seen:
            what = "、".join(dict.fromkeys(seen))
            found.append(Advice(PERSONAL, f"“{TEXT_LABELS[field]}”中似乎有个人信息：{what}。", field))
    return found


def filing_advice(start_on: date, filed_on: date | None) -> list[Advice]:
    if filed_on is None or start_on >= filed_on:
        return []
    return [
        Advice(
            FILING,
            f"活动日期 {start_on:%Y-%m-%d} 早于备案日期 {filed_on:%Y-%m-%d}；义诊应当先备案后举办。",
            "filed_on",
        )
    ]


def subset_advice(patients: Mapping[str, int], findings: Sequence) -> list[Advice]:
    """``patients``: numbers by measure code; ``findings``: rows with ``patients``. One may have two diseases."""
    total = sum(row.patients for row in findings)
    seen = [value for code, value in patients.items() if code in PATIENTS]
    if not seen or not findings or total <= max(seen):
        return []
    return [
        Advice(
            SUBSET,
            f"查出病种合计 {total} 人，多于患者 {plain(max(seen))} 人次；同一人有几种疾病时可以，否则请核对。",
            "findings",
        )
    ]


def activity_warnings(
    *,
    by: User,
    agreement: Agreement,
    activity_type: ActivityType,
    start_on: date,
    end_on: date,
    participants: Sequence[Clinician],
    numbers: Mapping[str, int],
    texts: Mapping[str, Sequence[str]],
    findings: Sequence = (),
    filed_on: date | None = None,
    has_evidence: bool = False,
    same: Activity | None = None,
    replaces: Activity | None = None,
    measures: Mapping | None = None,
) -> list[Advice]:
    """All of it, in the order of the form. ``same`` is the record itself, ``replaces`` the one it corrects."""
    found = personal_advice(texts) + filing_advice(start_on, filed_on) + subset_advice(numbers, findings)
    if activity_type.evidence == ActivityType.Evidence.WANTED and not has_evidence:
        found.append(
            Advice(EVIDENCE, f"“{activity_type}”应当上传佐证材料（照片、签到表等），现在没有。", "evidence")
        )
    known = {row.pk for row in (same, replaces) if row is not None}
    duplicates = [
        one
        for one in possible_duplicates(
            user=by,
            agreement=agreement,
            activity_type=activity_type,
            start_on=start_on,
            end_on=end_on,
            participants=participants,
            texts=[text for name in ("topic", "content", "note") for text in texts.get(name, ()) if text],
            exclude=same,
            measures=measures,
        )
        if one.activity is None or one.activity.pk not in known
    ]
    if duplicates:
        found.append(
            Advice(
                DUPLICATE,
                f"{start_on:%Y-%m-%d} 的这次活动可能已经登记过（{len(duplicates)} 条相似的记录），请先打开核对。",
                detail=duplicates,
            )
        )
    return found
