import pytest

from core.names import masked_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张伟", "张*"),
        ("单玉", "单*"),
        ("陆谷雨", "陆**"),
        ("欧阳文静", "欧阳**"),
        ("欧阳静", "欧阳*"),
        ("欧阳", "欧*"),
        ("阳欧文静", "阳***"),
        ("韦𬱟", "韦*"),
        ("阿依古丽·买买提", "阿*******"),
        (" 张伟 ", "张*"),
        ("张", "*"),
        ("", ""),
    ],
)
def test_only_the_surname_is_shown(name, shown):
    assert masked_name(name) == shown
