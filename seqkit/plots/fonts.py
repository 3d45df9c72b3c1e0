"""Fonts that can draw a text, whatever its script."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from matplotlib import font_manager, rcParams

MISSING = "□"  # stands for a character that no installed font has
# Spaces of no width, joiners, variation selectors.
_UNSEEN = "\u200b\u200c\u200d\ufe0e\ufe0f"


def legible(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """The texts as they can be drawn, and the font families to draw them with.

    A character that no installed font has becomes "□".
    """
    families = list(rcParams["font.family"])
    default = font_manager.findfont(font_manager.FontProperties())
    unknown = set("".join(texts)) - _characters(default)
    for path, name in _fonts():
        if not unknown:
            break
        found = unknown & _characters(path)
        if found:
            families.append(name)
            unknown -= found
    table = {ord(sign): "" if sign in _UNSEEN else MISSING for sign in unknown}
    return [text.translate(table) for text in texts], families


@cache
def _fonts() -> list[tuple[str, str]]:
    """File and name of every installed font, those made for many scripts first."""
    bundled = _bundled_font()
    if bundled is not None:
        font_manager.fontManager.addfont(bundled)
    fonts = {
        (font.fname, font.name)
        for font in font_manager.fontManager.ttflist
        if not font.name.startswith("Last Resort")  # draws boxes for everything
    }
    wide = ("CJK", "Han", "Hei", "Noto", "Ming", "Song", "Gothic", "Unicode", "Symbol")
    return sorted(fonts, key=lambda f: (not any(part in f[1] for part in wide), f[1]))


def _bundled_font() -> Path | None:
    """The Noto Sans SC that the package zhplot carries, if that is installed.

    The package itself is not imported: it would change matplotlib's settings.
    """
    package = find_spec("zhplot")
    if package is None or package.origin is None:
        return None
    font = Path(package.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"
    return font if font.is_file() else None


@cache
def _characters(path: str) -> frozenset[str]:
    """Every character that a font file can draw; none if it cannot be read."""
    try:
        return frozenset(map(chr, font_manager.get_font(path).get_charmap()))
    except (OSError, RuntimeError):  # a bitmap font, or a damaged file
        return frozenset()
