"""Makes the font below `templates/fonts/`: the part of an installed Noto Sans CJK that simplified Chinese needs.

    .venv/bin/python docs/make_font.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

Pictures are drawn with it alone, so that they look the same on a machine without fonts. It keeps its name, for its
licence (`OFL.txt` beside it) reserves none.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

FAMILY = "Noto Sans CJK SC"
TARGET = Path(__file__).resolve().parent.parent / "templates" / "fonts" / "NotoSansCJKsc-Regular.otf"
LARGEST = 1_900_000

_SIGNS = "✓→←↑↓▲▼△▽●○■□·–—…‘’“”！？、。，；：（）《》〈〉【】％＋－＝×÷±≤≥≈℃№§\N{NO-BREAK SPACE}"
"""Beyond GB 2312. No Noto Sans CJK has ✗."""
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_ASCII = range(0x20, 0x7F)
_GB2312 = range(0xA1, 0xFF)
"""Both bytes of a sign of GB 2312 lie in it; some pairs are no sign."""


def signs() -> set[int]:
    """What the font must hold."""
    pairs = (bytes((high, low)).decode("gb2312", "ignore") for high in _GB2312 for low in _GB2312)
    return {*_ASCII, *_FULL_WIDTH, *map(ord, _SIGNS), *(ord(pair) for pair in pairs if pair)}


def subset(font: TTFont) -> TTFont:
    """The font with those signs only; no hints, no variants of glyphs, nothing for vertical lines.

    Args:
        font: the whole font, which is changed.
    """
    options = Options()
    options.hinting = False
    options.layout_features = []
    options.drop_tables += ["BASE", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
    options.notdef_outline = True
    options.name_IDs = [*range(15)]  # the copyright and the licence stay readable in the file
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=signs())
    subsetter.subset(font)
    return font


def main(source: Path) -> None:
    """Write the font from that file."""
    fonts = TTCollection(source, lazy=True).fonts if source.suffix == ".ttc" else [TTFont(source, lazy=True)]
    font = next((font for font in fonts if font["name"].getDebugName(4) == FAMILY), None)
    if font is None:
        sys.exit(f"{source} does not hold {FAMILY}.")
    font.recalcTimestamp = False  # the same source gives the same file
    subset(font).save(TARGET)
    lacking = sorted(signs() - font.getBestCmap().keys())
    if lacking:
        sys.exit(f"{source} lacks {''.join(map(chr, lacking))}.")
    if TARGET.stat().st_size > LARGEST:
        sys.exit(f"The font is larger than {LARGEST:,} bytes.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
