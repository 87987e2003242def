"""The page of GB/T 9704-2012 in points (1/72 inch), and the small vertical unit that everything stands on.

A full page has 22 lines of 28 characters in a type area of 156 × 225 mm. Heights are counted in units of a
twelfth of a line, so that smaller type (tables, notes) also comes out on the grid.
"""

from __future__ import annotations

MM = 72 / 25.4

PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM
AREA_LEFT, AREA_TOP = 28 * MM, 37 * MM
AREA_WIDTH, AREA_HEIGHT = 156 * MM, 225 * MM

LINES, CHARACTERS = 22, 28
PITCH = AREA_HEIGHT / LINES
CELL = AREA_WIDTH / CHARACTERS

LINE = 12  # units a line of text
UNIT = PITCH / LINE
PORTRAIT_UNITS = LINES * LINE
# A page turned sideways: 225 mm wide, 156 mm high, 15 lines and a rest.
LANDSCAPE_UNITS = int(AREA_WIDTH / UNIT)

SIZE_TITLE = 22.0  # 二号
SIZE_BODY = 16.0  # 三号
SIZE_FOLIO = 14.0  # 四号
SIZE_SMALL = 10.5  # 五号
BODY_TRACKING = CELL - SIZE_BODY
SMALL_LINE = 6  # units a line of small type
FOLIO_DROP = 7 * MM  # from the type area to the dash of the page number
