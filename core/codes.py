"""National codes: check digits that warn and never crash.

Unified social credit code (统一社会信用代码), GB 32100-2015. Codes reported as genuinely issued
fail the checksum, so a failure is a warning with its reason, not a refusal.
"""

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError


def normalise_credit_code(text: str) -> str:
    return uscc.compact(text or "").upper().strip()


def credit_code_warning(text: str) -> str:
    """Why the code looks wrong, as a Chinese sentence; empty when it is in order or absent."""
    code = normalise_credit_code(text)
    if not code:
        return ""
    try:
        uscc.validate(code)
    except InvalidLength:
        return f"统一社会信用代码应为 18 位，现在是 {len(code)} 位，请核对。"
    except InvalidFormat:
        return "统一社会信用代码只能由数字和大写字母组成（不含 I、O、S、V、Z），请核对。"
    except InvalidChecksum:
        expected = uscc.calc_check_digit(code[:-1])
        return f"统一社会信用代码校验位不符：按规则末位应为 {expected}，现在是 {code[-1]}。如证照确实如此可以保留。"
    except ValidationError:
        return "统一社会信用代码的登记机关行政区划部分不合规则，请核对。"
    return ""
