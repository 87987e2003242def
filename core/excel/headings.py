"""The first row of a file: which of our columns stand where, and what is wrong with it."""

from core.excel.cells import is_blank, same_heading
from core.excel.columns import Column


def letter(place: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as columns are named in a sheet."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def find_columns(columns: list[Column], dataset) -> tuple[dict[Column, int], list[str]]:
    """(column → place in the file, problems): unknown, missing, doubled and untitled columns."""
    known = {same_heading(column.heading): column for column in columns}
    places: dict[Column, int] = {}
    problems: list[str] = []
    unknown = False
    for place, text in enumerate(dataset.headers or []):
        if is_blank(text):
            if any(not is_blank(cells[place]) for cells in dataset):
                problems.append(f"第 {letter(place)} 列没有列名，下面却有内容。请补上列名或删去这一列。")
            continue
        column = known.get(same_heading(str(text)))
        if column is None:
            unknown = True
            problems.append(f"第 {letter(place)} 列“{str(text)[:40]}”不是这张表的列。")
        elif column in places:
            first, second = letter(places[column]), letter(place)
            problems.append(f"列“{column.heading}”出现了两次（第 {first} 列和第 {second} 列）。")
        else:
            places[column] = place
    missing = [column.heading for column in columns if column.keyed and column not in places]
    if missing:
        problems.append(f"缺少列：{'、'.join(missing)}。第 1 行应是列名，请以模板为准。")
    if unknown:
        problems.append("可用的列：" + "、".join(column.heading for column in columns) + "。")
    return places, problems
