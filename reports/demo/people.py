"""Names for the demonstration: natural to read, plainly invented (herbs and solar terms).

A few hold characters that many fonts lack, so that pages and PDFs show at once whether they can.
"""

from collections.abc import Iterator
from itertools import islice

SURNAMES = "韦黄覃梁莫蒙罗农陆潘廖蓝岑甘卢曾单玉"
GIVEN = [
    "半夏",
    "谷雨",
    "连翘",
    "白露",
    "紫苏",
    "小满",
    "忍冬",
    "霜降",
    "杜衡",
    "清明",
    "佩兰",
    "立春",
    "当归",
    "惊蛰",
    "白芷",
    "芒种",
    "泽兰",
    "夏至",
    "远志",
    "秋分",
    "茯苓",
    "寒露",
    "青黛",
    "冬至",
    "广白",
    "雨水",
    "辛夷",
    "处暑",
    "苏木",
    "立秋",
    "景天",
    "大雪",
]
# 䶮 yǎn, 㛃 jié, 𬱟 wěi, 喆 zhé, 堃 kūn
RARE = ("陆䶮", "黄喆", "覃堃", "梁㛃", "韦𬱟")


def names(skip: int = 0) -> Iterator[str]:
    """A supply of some 580 names in a fixed order, each once; the rare ones come early."""
    return islice(_all_names(), skip, None)


def _all_names() -> Iterator[str]:
    plain = (
        SURNAMES[(number + turn) % len(SURNAMES)] + given
        for turn in range(len(SURNAMES))
        for number, given in enumerate(GIVEN)
    )
    for number, name in enumerate(plain):
        if number % 4 == 2 and number // 4 < len(RARE):
            yield RARE[number // 4]
        yield name
