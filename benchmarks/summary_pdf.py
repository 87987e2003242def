"""How long the annual summary takes to set and render, whether it grows in a long-lived worker, and how that
compares with a bare WeasyPrint call on the same HTML.

    .venv/bin/python benchmarks/summary_pdf.py [--renders 50] [--save 文件.pdf]

The document is made up here (about ten pages in the shape of a bureau's summary); no database is needed.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pypdf  # noqa: E402
from django.conf import settings  # noqa: E402
from weasyprint import HTML  # noqa: E402

if not settings.configured:
    settings.configure(
        DATA_DIR=Path(os.environ.get("DATA_DIR", ROOT / "var")), FONT_DIR=os.environ.get("FONT_DIR", "")
    )

from core.rendering import (  # noqa: E402
    Annex,
    Column,
    Heading,
    Identity,
    OfficialDocument,
    Paragraph,
    Table,
)
from core.rendering.markup import render_html  # noqa: E402
from core.rendering.pdf import render_pdf  # noqa: E402

COUNTIES = ("青岭县", "云溪县", "白石县", "临河县")
UNITS = ("人民医院", "城关镇中心卫生院", "石塘镇卫生院", "逻川镇卫生院", "沙坪镇中心卫生院")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = "文静志强晓梅建国䶮喆堃玥珺翀海燕国栋丽华思远春雨㛃"
TITLES = ("主任医师", "副主任医师", "主治医师", "主管护师", "副主任护师", "主管技师")
FIELDS = ("内科", "外科", "妇产科", "儿科", "医学影像科", "医学检验科", "急诊医学科", "中医科")
TECHNIQUES = (
    "超声引导下经皮穿刺置管引流术",
    "无痛胃镜检查",
    "腹腔镜下胆囊切除术",
    "新生儿复苏技术规范化应用",
    "急性缺血性脑卒中静脉溶栓治疗",
    "中医适宜技术（针刀、埋线、热敏灸）",
    "糖尿病足综合换药",
    "床旁快速检验（POCT）质量控制",
)
MEASURES = (
    ("派驻人员", "人次", ""),
    ("门急诊", "人次", "参与诊疗"),
    ("住院", "人次", "参与诊疗"),
    ("开展手术", "台次", ""),
    ("会诊", "次", "会诊及病例讨论"),
    ("疑难病例讨论", "次", "会诊及病例讨论"),
    ("新技术新业务", "项", ""),
    ("学术讲座", "期", ""),
    ("业务培训", "人次", ""),
    ("教学查房", "次", ""),
    ("手术示教", "次", ""),
    ("巡回医疗义诊", "人次", ""),
    ("接收进修", "人", ""),
    ("特色专科", "个", ""),
    ("建立修订制度", "项", ""),
    ("远程会诊", "例", ""),
)


def sample_document(seed: int = 1) -> OfficialDocument:
    """A summary with four chapters, a wide table and six lists."""
    random = Random(seed)
    units = [county + unit for county in COUNTIES for unit in UNITS]
    return OfficialDocument(
        title="滨江市卫生健康委员会关于2026年度城乡医院对口支援工作情况的总结报告",
        addressee="省卫生健康委员会",
        blocks=_chapters(random),
        issuer="滨江市卫生健康委员会",
        issued_on=date(2026, 12, 5),
        annexes=(
            Annex("2026年度对口支援工作统计表", (_statistics(random, units),), landscape=True),
            Annex("对口支援协议一览表", (_agreements(random, units),)),
            Annex("派驻人员名单", (_people(random, units, 25),)),
            Annex("新技术新业务项目清单", (_techniques(random, units),)),
            Annex("接收进修人员名单", (_trainees(random, units),)),
            Annex("捐赠及减免费用明细", (_donations(random, units),)),
        ),
        definitions=(
            "派驻人员按人次统计，同一人在本周期内两次派驻计两人次；起止日期均计入在岗天数。",
            "工作量只统计受援单位已确认的记录；未确认的记录另行列示，不计入合计。",
            "“较支援前”指与协议约定的基期年相比，不同于“同比”。",
        ),
        identity=Identity("第 2 版（2026-12-05 冻结）", "", datetime(2026, 12, 1, 2, 30, tzinfo=UTC)),
        keep_together=("滨江市", "城乡医院"),
    ).sealed()


def _chapters(random: Random) -> list[Heading | Paragraph | Table]:
    blocks: list[Heading | Paragraph | Table] = [
        Paragraph(
            "2026年，我市认真贯彻落实省委、省政府关于深化城乡医院对口支援工作的部署，按照“县级强、乡级活、村级稳、"
            "上下联、信息通”的要求，组织7家二级以上医院对口支援20家县乡医疗卫生机构，共派出17批69人次，"
            "覆盖率达到100%。现将有关情况报告如下。"
        )
    ]
    chapters = {
        "主要做法和开展情况": ("加强组织领导", "规范协议管理", "选派骨干力量"),
        "取得的主要成效": ("服务能力明显提升", "人才培养扎实推进", "群众负担有所减轻"),
        "存在的主要问题": (),
        "下一步工作打算": ("严格考核评估", "完善长效机制"),
    }
    for chapter, sections in chapters.items():
        blocks.append(Heading(chapter))
        for section in sections or ("",):
            if section:
                blocks.append(Heading(section, level=2))
            blocks.append(Paragraph(_sentence(random)))
    blocks.insert(
        9,
        Table(
            (Column("指标", 16, "left"), Column("基期年"), Column("本年"), Column("较支援前")),
            (
                ("青岭县人民医院业务收入（万元）", "570.0", "745.7", "+30.8%"),
                ("石塘镇卫生院业务收入（万元）", "90.0", "153.0", "+70.0%"),
                ("青岭县人民医院三级手术占比", "18.4%", "27.9%", "+9.5个百分点"),
                ("合计", "—", "—", "—"),
            ),
            caption="受援单位主要指标变化",
            unit="单位：万元、%",
            notes=("注：没有基期数据的指标以“—”表示，不计算变化率。",),
            has_total=True,
        ),
    )
    return blocks


def _sentence(random: Random) -> str:
    number = random.randint
    return (
        f"全年开展学术讲座{number(40, 90)}期、教学查房{number(100, 400)}次、手术示教{number(30, 120)}次，"
        f"诊疗门急诊患者{number(9000, 39000)}人次，开展手术{number(200, 900)}台次，帮助受援单位建立（修订）"
        f"制度{number(30, 90)}项，推广“{random.choice(TECHNIQUES)}”等新技术{number(20, 60)}项；"
        f"接收进修人员{number(15, 40)}人，较支援前业务收入增长{number(100, 700) / 10:.1f}%，"
        "受援单位常见病、多发病诊疗能力和急危重症初步识别、抢救、转诊能力得到加强，"
        "基本实现了“大病不出县、小病在基层”的目标。"
    )


def _name(random: Random) -> str:
    return random.choice(SURNAMES) + "".join(random.sample(GIVEN, random.choice((1, 2, 2))))


def _statistics(random: Random, units: list[str]) -> Table:
    rows = [
        (unit, *(str(random.randint(0, 9000 if i in (1, 11) else 90)) for i in range(16))) for unit in units
    ]
    totals = [str(sum(int(row[i]) for row in rows)) for i in range(1, 17)]
    columns = [Column("受援单位", None, "left")]
    columns += [Column(f"{label}（{unit}）", None, "right", group) for label, unit, group in MEASURES]
    return Table(columns, [*rows, ("合计", *totals)], notes=("注：只统计双方已确认的记录。",), has_total=True)


def _agreements(random: Random, units: list[str]) -> Table:
    rows = [
        (str(i), f"滨卫支〔2026〕{i}号", "滨江市第一人民医院", unit, "2026-03-01", "2029-02-28", "执行中")
        for i, unit in enumerate(units, start=1)
    ]
    labels = ("序号", "协议编号", "支援单位", "受援单位", "开始日期", "结束日期", "状态")
    return Table([Column(label) for label in labels], rows)


def _people(random: Random, units: list[str], count: int) -> Table:
    rows = [
        (
            str(i),
            _name(random),
            random.choice(TITLES),
            random.choice(FIELDS),
            random.choice(units),
            "2026-03-01",
            "2026-08-31",
            "184",
        )
        for i in range(1, count + 1)
    ]
    labels = ("序号", "姓名", "职称", "专业", "受援单位", "到岗日期", "离岗日期", "天数")
    return Table([Column(label) for label in labels], rows)


def _techniques(random: Random, units: list[str]) -> Table:
    rows = [
        (str(i), random.choice(TECHNIQUES), random.choice(units), f"2026-{i % 12 + 1:02d}-15")
        for i in range(1, 25)
    ]
    labels = ("序号", "项目名称", "受援单位", "首次开展")
    return Table([Column("序号"), *(Column(label, None, "left") for label in labels[1:])], rows)


def _trainees(random: Random, units: list[str]) -> Table:
    rows = [
        (str(i), _name(random), random.choice(units), random.choice(FIELDS), "2026-04-01", "2026-09-30")
        for i in range(1, 26)
    ]
    labels = ("序号", "姓名", "选送单位", "进修专业", "开始日期", "结束日期")
    return Table([Column(label) for label in labels], rows)


def _donations(random: Random, units: list[str]) -> Table:
    rows = [
        (random.choice(("现金", "实物", "减免")), random.choice(units), "心电监护仪1台、病床12张", "34250.00")
        for _ in range(9)
    ]
    columns = [
        Column("类别"),
        Column("受援单位"),
        Column("内容", None, "left"),
        Column("金额（元）", None, "right"),
    ]
    return Table(columns, rows, notes=("注：现金、实物折价、减免费用分别小计，不相加。",))


def resident_megabytes() -> float:
    """Memory of this process now."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def timed(work: Callable[[Any], bytes], argument: Any) -> tuple[float, float, bytes]:
    """(seconds by the clock, seconds of the processor, result): only the second is free of the machine's other work."""
    clock, processor = time.perf_counter(), time.process_time()
    result = work(argument)
    return time.perf_counter() - clock, time.process_time() - processor, result


def page_count(data: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(data)).pages)


def bare_weasyprint(html: str) -> bytes:
    return HTML(string=html).write_pdf()


def main() -> int:
    parser = argparse.ArgumentParser(description="年度总结 PDF 的用时与内存")
    parser.add_argument("--renders", type=int, default=50, help="在一个进程里渲染多少份（默认 50）")
    parser.add_argument("--save", type=Path, help="把样本 PDF 存到这里")
    options = parser.parse_args()

    document = sample_document()
    cold, _, data = timed(render_pdf, document)
    if options.save:
        options.save.write_bytes(data)
    text = replace(document, annexes=(), blocks=document.blocks * 2)
    text_clock, _, text_data = timed(render_pdf, text)

    samples = [sample_document(seed) for seed in range(10)]
    for sample in samples:  # until the allocator has settled
        render_pdf(sample)
    before = resident_megabytes()
    many = [timed(render_pdf, samples[number % 10])[1] for number in range(options.renders)]
    after = resident_megabytes()
    part = max(1, min(10, options.renders // 2))
    first, last = statistics.mean(many[:part]), statistics.mean(many[-part:])

    html = render_html(document)
    warm, bare = [], []
    for _ in range(5):  # by turns, so that both meet the same machine
        warm.append(timed(render_pdf, document)[:2])
        bare.append(timed(bare_weasyprint, html)[:2])
    (warm_clock, warm_cpu), (bare_clock, bare_cpu) = (
        [statistics.median(column) for column in zip(*runs, strict=True)] for runs in (warm, bare)
    )

    print(f"样本：{page_count(data)} 页，{len(data) / 1024:.0f} KB，HTML {len(html) / 1024:.0f} KB")
    print(f"首次渲染（含载入字体）：{cold:.2f} 秒")
    print(
        f"热渲染：{warm_clock:.2f} 秒（处理器 {warm_cpu:.2f} 秒）；纯文字 {page_count(text_data)} 页 {text_clock:.2f} 秒"
    )
    print(f"直接调用 WeasyPrint 渲染同一 HTML：{bare_clock:.2f} 秒（处理器 {bare_cpu:.2f} 秒）")
    print(f"比值（热渲染 ÷ 直接调用，按处理器时间）：{warm_cpu / bare_cpu:.2f}")
    print(
        f"一个进程连续 {options.renders} 份：前 {part} 份平均 {first:.2f} 秒，后 {part} 份 {last:.2f} 秒"
        f"（{last / first:.2f} 倍，按处理器时间）"
    )
    print(f"其间内存：{before:.0f} MB → {after:.0f} MB（增加 {after - before:.0f} MB）")
    return 0


if __name__ == "__main__":
    sys.exit(main())
