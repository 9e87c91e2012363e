"""Take from an unpacked `@kern-ux/native` package what the pages use, into lti_tool/web/static/vendor/kern/.

KERN's full stylesheet is 340 KB, most of it utility classes and icons; this keeps the components and icons listed here (about a
seventh). To take a new component: add it to the list and run

    pip install fonttools[woff]
    npm pack @kern-ux/native@2.7.2 && tar xzf kern-ux-native-2.7.2.tgz && python tools/vendor_kern.py package
"""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

# Cuts the fonts; needed here alone, so no dependency of the project.
from fontTools import subset
from fontTools.ttLib import TTFont

COMPONENTS = [
    "accordion",
    "alert",
    "badge",
    "body",
    "btn",
    "card",
    "description-list",
    "dialog",
    "divider",
    "error",
    "fieldset",
    "form-check",
    "form-input",
    "heading",
    "hgroup",
    "hint",
    "icon",
    "input-group",
    "label",
    "link",
    "list",
    "number",
    "preline",
    "progress",
    "sr-only",
    "subline",
    "summary",
    "table",
    "task-list",
    "title",
    "dark",
    "light",
]
ICONS = [
    "arrow-back",
    "arrow-forward",
    "arrow-up",
    "arrow-down",
    "check-circle",
    "checklist",
    "close",
    "danger",
    "download",
    "edit",
    "info",
    "menu-book",
    "mail",
    "open-in-new",
    "print",
    "success",
    "visibility",
    "warning",
    "calendar-today",
    "home",
    "help",
    "keyboard-arrow-down",
    "keyboard-arrow-up",
]
WEIGHTS = ("Regular", "Medium", "SemiBold")
# What every page shows. With the marks that combine, so that a name in sequences (DIN 91379) is set in one font.
_RANGES = (
    *(
        "20-7E",
        "A0-FF",
        "131",
        "152-153",
        "178",
        "300-338",
        "1E9E",
        "2010-2015",
        "2018-201E",
        "2020-2022",
        "2026",
        "202F",
        "2030",
    ),
    *("2032-2033", "2039-203A", "20AC", "2122", "2190-2193", "2212", "2248", "2260", "2264-2265"),
)
LATIN = {sign for each in _RANGES for sign in range(int(each.split("-")[0], 16), int(each.split("-")[-1], 16) + 1)}
TARGET = Path(__file__).parent.parent / "lti_tool" / "web" / "static" / "vendor" / "kern"

Rule = tuple[str, str | None]


def rules(css: str) -> Iterator[Rule]:
    """Split a stylesheet at its top level into (selector or at-rule, body); body is None for `@charset` and the like."""
    at = 0
    while (brace := css.find("{", at)) >= 0:
        semicolon = css.find(";", at)
        if 0 <= semicolon < brace and css[at:semicolon].lstrip().startswith("@"):
            yield css[at:semicolon].strip(), None
            at = semicolon + 1
            continue
        depth, end = 1, brace + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(css[end], 0)
            end += 1
        yield css[at:brace].strip(), css[brace + 1 : end - 1]
        at = end


def is_kept(selector: str) -> bool:
    classes = re.findall(r"\.kern-([a-z0-9-]+)", selector)
    icons = [name.removeprefix("icon--") for name in classes if name.startswith("icon--")]
    if any(icon not in ICONS and not re.fullmatch(r"(small|default|large|x-large)", icon) for icon in icons):
        return False
    return all(any(name == part or name.startswith((f"{part}-", f"{part}_")) for part in COMPONENTS) for name in classes)


def keep(css: str) -> str:
    kept = []
    for selector, body in rules(css):
        if body is None:
            continue
        if selector.startswith(("@media", "@supports")):
            inner = keep(body)
            if inner:
                kept.append(f"{selector}{{{inner}}}")
        elif selector.startswith("@"):
            kept.append(f"{selector}{{{body}}}")
        else:
            wanted = ",".join(part.strip() for part in selector.split(",") if is_kept(part))
            if wanted:
                kept.append(f"{wanted}{{{body}}}")
    return "".join(kept)


def shrink(css: str) -> str:
    css = re.sub(r"\s+", " ", css)
    return re.sub(r"\s*([{};,>])\s*", r"\1", css).replace(";}", "}").replace(": ", ":")


def main(package: Path) -> None:
    css = re.sub(r"/\*.*?\*/", "", (package / "dist" / "kern.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    TARGET.mkdir(parents=True, exist_ok=True)
    head = f"/* @kern-ux/native {version}, EUPL-1.2, components taken by tools/vendor_kern.py */\n"
    (TARGET / "kern.css").write_text(head + shrink(keep(css)) + "\n", encoding="utf-8")
    shutil.copy(package / "LICENSE.md", TARGET / "LICENSE.md")
    for weight in WEIGHTS:
        whole = package / "dist" / "fonts" / "fira-sans" / f"FiraSans-{weight}.woff2"
        signs = set(TTFont(whole).getBestCmap())
        cut(whole, signs & LATIN, TARGET / f"FiraSans-{weight}-latin.woff2")
        cut(whole, signs - LATIN, TARGET / f"FiraSans-{weight}-more.woff2")


def cut(whole: Path, signs: set[int], target: Path) -> None:
    """Write a font with these signs alone."""
    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = False
    options.layout_features = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "tnum"]
    font = subset.load_font(str(whole), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=signs)
    subsetter.subset(font)
    subset.save_font(font, str(target), options)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
