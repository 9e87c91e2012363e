"""The Reifegrad as a picture: bars for each dimension, as SVG. The same numbers stand in a table beside it."""

from xml.sax.saxutils import escape

from lti_tool.domain.words.texts_in_files import cut
from lti_tool.workbook.take_home.manuscript import ReifegradProfile

_WIDTH, _LABELS, _RIGHT = 640, 290, 610
_INK, _LINE = "#171a2b", "#b8c2d0"
# Told apart by brightness, by outline and by their words, not by hue.
_BEFORE, _AFTER = "#9fb3d1", "#17427a"


def chart_text(profile: ReifegradProfile) -> str:
    """Say in words what the chart shows, for those who do not see it."""
    parts = []
    for row in profile.rows:
        before = "nicht eingeschätzt" if row.before is None else str(row.before)
        after = f", am Ende {row.after}" if row.after is not None else ""
        parts.append(f"{row.dimension}: {before}{after}")
    return f"Balkendiagramm der Reifegrade von 0 bis {len(profile.levels) - 1}. " + "; ".join(parts) + "."


def chart_svg(profile: ReifegradProfile) -> str:
    """Draw the bars: one for each dimension, two where the assessment was repeated."""
    top = len(profile.levels) - 1
    step = 44 if profile.has_after else 34
    height = 44 + step * len(profile.rows) + (34 if profile.has_after else 10)
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        'font-family="Noto Sans, Fira Sans, Arial, sans-serif" font-size="13">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    bottom = 36 + step * len(profile.rows)
    for level in range(top + 1):
        x = _x(level, top)
        pieces.append(f'<line x1="{x}" y1="30" x2="{x}" y2="{bottom}" stroke="{_LINE}" stroke-width="1"/>')
        pieces.append(f'<text x="{x}" y="22" text-anchor="middle" fill="{_INK}">{level}</text>')
    for number, row in enumerate(profile.rows):
        y = 36 + step * number
        pieces.append(
            f'<text x="{_LABELS - 14}" y="{y + step / 2 + 1:g}" text-anchor="end" fill="{_INK}">{_label(row.dimension)}</text>'
        )
        bars = [(row.before, _BEFORE), (row.after, _AFTER)] if profile.has_after else [(row.before, _AFTER)]
        pieces += [_bar(value, top, y + 5 + 17 * place, colour) for place, (value, colour) in enumerate(bars)]
    if profile.has_after:
        pieces.append(_legend(bottom + 14))
    return "".join([*pieces, "</svg>"])


def _x(level: int, top: int) -> float:
    return _LABELS + (_RIGHT - _LABELS) * level / top


def _bar(value: int | None, top: int, y: float, colour: str) -> str:
    if value is None:
        return f'<text x="{_LABELS + 6}" y="{y + 13:g}" fill="{_INK}">–</text>'
    width = max(_x(value, top) - _LABELS, 3)
    return (
        f'<rect x="{_LABELS}" y="{y:g}" width="{width:g}" height="15" fill="{colour}" stroke="{_AFTER}" stroke-width="1"/>'
        f'<text x="{_LABELS + width + 7:g}" y="{y + 12:g}" font-weight="bold" fill="{_INK}">{value}</text>'
    )


def _label(text: str) -> str:
    shown = text if len(text) <= 40 else f"{cut(text, 39)}…"
    return escape(shown)


def _legend(y: float) -> str:
    parts = []
    for x, colour, word in ((_LABELS, _BEFORE, "zu Beginn"), (_LABELS + 130, _AFTER, "am Ende")):
        parts.append(f'<rect x="{x}" y="{y:g}" width="15" height="15" fill="{colour}" stroke="{_AFTER}" stroke-width="1"/>')
        parts.append(f'<text x="{x + 22}" y="{y + 12:g}" fill="{_INK}">{word}</text>')
    return "".join(parts)
