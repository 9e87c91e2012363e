"""Bring lti_tool/web/translations/en.po up to date: new German texts come in empty, texts nobody uses any more go.

.venv/bin/python tools/translations.py
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment
from jinja2.ext import extract_from_ast

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "lti_tool" / "web" / "translations" / "en.po"
# The playground is a tool for trying things out and speaks German only.
SKIPPED = ("lti_tool/playground", "templates/playground")


def texts() -> Iterator[tuple[str, str, int]]:
    """Give every text for people as (msgid, file, line): N_() in code, _() in templates."""
    for path in sorted([*ROOT.glob("lti_tool/**/*.py"), *ROOT.glob("templates/**/*.html")]):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(SKIPPED):
            continue
        if path.suffix == ".py":
            found = extract("python", io.BytesIO(path.read_bytes()), keywords={"N_": None, "_": None, "translate": None})
            for line, message, *_ in found:
                if isinstance(message, str):
                    yield message, name, line
        else:
            yield from ((text, name, line) for line, text in _texts_of_template(path.read_text(encoding="utf-8")))


def _texts_of_template(source: str) -> Iterator[tuple[int, str]]:
    environment = Environment(extensions=["jinja2.ext.i18n"])
    for line, _function, message in extract_from_ast(environment.parse(source)):
        # With keyword values (`_('… %(n)s', n=3)`) the extractor gives a tuple: the text and None for each value.
        text = message[0] if isinstance(message, tuple) else message
        if text:
            yield line, text


def main() -> None:
    old = Catalog(locale="en")
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as file:
            old = read_po(file, locale="en")
    new = Catalog(
        locale="en",
        project="lti-tool",
        fuzzy=False,
        header_comment="# English texts of the interface; the German text is the msgid.",
    )
    for text, name, line in texts():
        known = old.get(text)
        # Line numbers would change the file with every edit elsewhere.
        new.add(text, string=known.string if known else "", locations=[(name, 0)])
        del line
    out = io.BytesIO()
    write_po(out, new, width=120, sort_output=True, no_location=True, omit_header=False)
    lines = [
        one
        for one in out.getvalue().decode().splitlines()
        if not one.startswith(('"POT-Creation', '"PO-Revision', '"Generated-By'))
    ]
    CATALOGUE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    missing = [str(message.id) for message in new if message.id and not message.string]
    print(f"{len(list(new)) - 1} texts, {len(missing)} without English")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
