"""Signs of Microsoft's fonts Symbol and Wingdings, as office programs paste them: real signs in their place.

A bullet of Word's is the sign U+F0B7 of the private use area, and only the font makes it a bullet. The two fonts use the same
numbers; where they differ, what stands here is what lists and forms are made with.
"""

_BULLETS = {
    0xB7: "•",  # Symbol: Word's first bullet
    0xA7: "▪",  # Wingdings: its third
    0xD8: "➢",
    0xFC: "✓",
    0xFB: "✗",
    0xFE: "☑",
    0xFD: "☒",
    0x76: "❖",
    0x6C: "●",
    0x6E: "■",
    0x6F: "□",
    0x71: "❑",
    0x72: "❒",
    0xA8: "◻",
    0x9F: "•",
    0xE0: "→",
    0xE8: "➔",
    0xF0: "⇨",
    0x4A: "☺",
    0x4C: "☹",
    0x28: "☎",
    0x2A: "✉",
}
_MATHS = {
    0x2D: "−",
    0xA3: "≤",
    0xB3: "≥",
    0xB9: "≠",
    0xBB: "≈",
    0xB1: "±",
    0xB4: "×",
    0xB8: "÷",
    0xB0: "°",
    0xA5: "∞",
    0xE5: "∑",
    0xD6: "√",
    0x44: "Δ",
    0x6D: "μ",
    0xAB: "↔",
    0xAC: "←",
    0xAD: "↑",
    0xAE: "→",
    0xAF: "↓",
    0xDB: "⇔",
    0xDE: "⇒",
    0xBC: "…",
}
_AREA = 0xF000
_TABLE = {_AREA + number: sign for number, sign in (_MATHS | _BULLETS).items()}


def with_real_signs(text: str) -> str:
    """Give a text with real signs for those of Symbol and Wingdings."""
    return text.translate(_TABLE)
