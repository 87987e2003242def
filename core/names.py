"""People's names where only part of them may be read."""

import re

# surnames of two characters (复姓)
COMPOUND_SURNAMES = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|"
    "太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|子车|亓官|司寇|巫马|公西|颛孙|壤驷|公良|"
    "漆雕|乐正|宰父|谷梁|拓跋|夹谷|轩辕|令狐|段干|百里|呼延|东郭|南门|羊舌|微生|左丘|西门|第五|梁丘|单于|"
    "叱干|淳于|贺兰|纳兰|哥舒"
)


def masked_name(name: str) -> str:
    """张伟 → 张*, 欧阳文静 → 欧阳**: the surname, and a star for every other character.

    A name of one character is all star; of a name with a dot (阿依古丽·买买提) only the first character stays.
    """
    name = name.strip()
    shown = 2 if len(name) > 2 and COMPOUND_SURNAMES.match(name) else min(1, len(name) - 1)
    return name[: max(shown, 0)] + "*" * (len(name) - max(shown, 0))
