"""Numbers of people are seen however they are written; the ordinary numbers of this field are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.personal_text import id_numbers_in, suspicions_in

VALID = "11010519491231002X"


def kinds(text: str) -> list[str]:
    return [found.what for found in suspicions_in(text)]


@pytest.mark.parametrize(
    "text",
    [
        "患者 451027199003070019 复诊",
        "身份证440524188001010014",
        "1101 0519 4912 3100 2X",
        "110105-19491231-002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105　19491231　002Ｘ",
        "110105—19491231—002X",
        "11010\u200b519491231002X",
        "号码是1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X，请核对",
        "2026-04-10 110105 1949 1231 002X",
    ],
)
def test_identity_numbers_in_order(text):
    assert len(id_numbers_in(text)) == 1, text


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("旧证 110105491231002", "像 15 位旧身份证号的数字"),
        ("旧证 110105 491231 002", "像 15 位旧身份证号的数字"),
        ("110105194912310021", "像身份证号的数字"),  # one digit wrong
        ("1101 0519 4912 3100 21", "像身份证号的数字"),
        ("联系13800138000。", "像手机号的数字"),
        ("电话：19912345678（家属）", "像手机号的数字"),
        ("138 0013 8000", "像手机号的数字"),
        ("138-0013-8000", "像手机号的数字"),
        ("１３８００１３８０００", "像手机号的数字"),
        ("+86 138 0013 8000", "像手机号的数字"),
        ("随访 13－8001－38000", "像手机号的数字"),
        ("微信13800138000同号", "像手机号的数字"),
        ("座机 0776-7612345", "像固定电话的数字"),
        ("座机（0776）7612345", "像固定电话的数字"),
        ("01012345678", "像固定电话的数字"),
        ("0776 761 2345", "像固定电话的数字"),
        ("卫生院电话7612345", "像电话的数字"),
        ("张三，住院号 20260412", "像住院号、病历号的数字"),
        ("住院号：ZY0012345", "像住院号、病历号的数字"),
        ("病历号为 100234", "像住院号、病历号的数字"),
        ("李某，门诊号０００１２３４", "像住院号、病历号的数字"),
        ("医保卡号 45102 7000 12", "像住院号、病历号的数字"),
    ],
)
def test_what_only_looks_like_one(text, what):
    assert what in kinds(text), text
    assert id_numbers_in(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "2026年高血压防治讲座",
        "发放宣传资料 3000 份",
        "编号 20260410001",
        "第12345678901234567890号",
        "2026-04-10 至 2026-04-12 下乡义诊",
        "2026-04-10 08:30-11:30 三楼会议室",
        "2026.04.10—2026.04.12",
        "诊疗 138 人次，其中高血压 55 人、糖尿病 20 人",
        "血压 150-90、140-80、130-75，均已给予指导",
        "体质指数 18.5 23.9 24.0 27.9",
        "听课 13、8、0、0、1、3、8、0、0、0 人",
        "3-5 床、12-15 床查房",
        "国卫医发〔2021〕20号、国卫财务发〔2015〕77号",
        "统一社会信用代码 12451027MB1234567K",
        "免费药品价值 1,380,013.80 元",
        "药品批号 A20260410123",
        "住院号由病案室统一编制",
        "门诊号源增加 120 个",
        "电话随访 30 人次，电话回访 5 次",
        "联系电话见通讯录",
        "心电图 120/80 mmHg，5 mg/次，0.25 g",
        "0-3 岁儿童 120 人，0-6 岁 300 人",
        "培训 05-01 05-03 两期",
        "设备序列号 998877665544332",  # fifteen digits without a date of birth
        "钼靶摄影 206 例、气管插管 12 例",
        "备案号 凌卫医备〔2026〕第 12 号",
        "协议编号 LY-2026-001",
        "",
    ],
)
def test_ordinary_numbers_are_none(text):
    assert kinds(text) == [] and id_numbers_in(text) == []


@given(
    st.lists(st.sampled_from(["", " ", "-", "－", "　", "\u200b", "—"]), min_size=17, max_size=17),
    st.sampled_from(["", "患者", "随访：", "，"]),
    st.booleans(),
)
def test_separators_never_hide_an_identity_number(separators, before, wide):
    signs = VALID.translate(str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")) if wide else VALID
    text = before + "".join(a + b for a, b in zip(signs, [*separators, ""], strict=True)) + "，复诊"
    assert id_numbers_in(text) == [VALID]


@given(st.lists(st.sampled_from(["", " ", "-", "－", "　", "\t"]), min_size=10, max_size=10))
def test_separators_never_hide_a_mobile_number(separators):
    text = "".join(a + b for a, b in zip("13900001111", [*separators, ""], strict=True))
    assert kinds(f"家属 {text}") == ["像手机号的数字"]


def test_the_number_is_shown_without_its_middle():
    shown = " ".join(str(found) for found in suspicions_in("13800138000，110105194912310021"))
    assert "138****8000" in shown and "0013" not in shown and "19491231" not in shown


def test_a_long_text_is_read_quickly():
    assert suspicions_in("1 " * 20_000 + "13800138000")
