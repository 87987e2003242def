"""Figures of real documents as starting values of the rule editor (从文件范例新增).

They disagree with each other on purpose: which one is right for a programme only its own document says.
"""

from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from staffing.models import StayRule


@dataclass(frozen=True)
class Example:
    """``where``: the kind of pairing the document speaks of; the rest are fields of a rule."""

    where: str
    measure: str
    minimum: int
    unit: str
    basis: str
    quoted: str = ""
    kind: str = "resident"
    title_level: str = ""

    @property
    def initial(self) -> dict:
        return {name: value for name, value in asdict(self).items() if name != "where"}

    @property
    def label(self) -> str:
        """“驻点每次连续不少于6个月”."""
        return str(StayRule(**self.initial))

    @property
    def query(self) -> str:
        return urlencode(self.initial)


EXAMPLES = (
    Example("城市医院支援县级医院", "continuous", 6, "months", "国家卫生部门《城乡医院对口支援工作管理办法》第十六条", "每批人员连续工作时间不少于6个月"),
    Example("三级医院支援县级医院", "floor", 5, "persons", "三级医院对口帮扶贫困县县级医院工作方案", "每年至少派出5名医务人员，全年有人在岗"),
    Example("县级医院支援乡镇卫生院", "floor", 1, "persons", "国家对口支援工作方案（县乡）", "每家卫生院至少有1名相对固定的医师"),
    Example("县级医院支援乡镇卫生院", "continuous", 6, "months", "国家对口支援工作方案（县乡）", "每人不少于6个月"),
    Example("组团式帮扶重点县", "continuous", 12, "months", "组团式帮扶国家乡村振兴重点帮扶县工作方案；河北省实施办法", "每批时间不少于1年"),
    Example("组团式帮扶重点县", "title_mix", 1, "persons", "河北省对口支援实施办法", "医疗队不少于5人，其中副高以上不少于1人", title_level="associate"),
    Example("县级医院支援乡镇卫生院", "cumulative", 12, "months", "辽宁、甘肃、河南等省实施方案", "服务一年，可按协议轮换"),
    Example("中医医院支援基层", "continuous", 10, "months", "宜君县中医医院城乡对口支援方案", "每期不少于10个月"),
    Example("晋升前基层服务", "one_unit", 180, "days", "福建省实施意见", "在同一单位服务每年不少于180天"),
    Example("县级医院支援乡镇卫生院", "cumulative", 180, "working_days", "甘肃省对口支援管理办法", "每年在岗不少于180个工作日"),
    Example("县级医院支援乡镇卫生院", "floor", 2, "persons", "甘肃省对口支援管理办法", "乡镇组任何时候在岗不少于2人"),
    Example("城市医院支援县级医院", "floor", 3, "persons", "甘肃省对口支援管理办法", "县级组任何时候在岗不少于3人"),
    Example("单个专科支援", "continuous", 3, "months", "地方实施方案（单一专科）", "单一专科不少于3个月"),
    Example("医院下派人员", "cumulative", 1, "months", "河南省某医院2014年下乡工作通知", "累计不得少于1个月（同一文件又写服务一年）"),
    Example("医院支援社区", "cumulative", 15, "days", "北京市支援社区规定", "中级及以上人员每年累计不少于15天"),
    Example("国家巡回医疗队", "continuous", 21, "days", "国家医疗队巡回医疗工作通知", "每次不少于3周，队伍不少于5人", kind="circuit"),
)  # fmt: skip
