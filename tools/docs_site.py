"""`python -m tools.docs_site`: lay the documents out for the site generator, under build/site-src as they lie in the repository.

Links among documents stay as they are; those to other files of the repository become plain text, because the site does not
hold them. As a hook of mkdocs (mkdocs.yml) it also says which language a page is in. Standard library only.
"""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "build" / "site-src"
_PATTERNS = ("*.md", "docs/**/*.md", "docs/images/*", "docker/**/*.md", "keys/*.md")
_LINK = re.compile(r"(?<!\!)\[([^\]]+)\]\(([^)\s]+)\)")
# The rest is English (docs/decisions/0010-german-guides-english-code.md).
_GERMAN = re.compile(
    r"docs/(?:moodle|moodle-durchgang|ilias|openolat|canvas|brightspace|authoring)\.md|docs/(?:datenschutz|betrieb)/.*"
)


def documents() -> Iterator[Path]:
    """List what belongs to the site, by its place in the repository."""
    for pattern in _PATTERNS:
        yield from (path.relative_to(ROOT) for path in sorted(ROOT.glob(pattern)))


def lay_out(target: Path = TARGET) -> None:
    """Copy the documents, the README as the first page."""
    shutil.rmtree(target, ignore_errors=True)
    known = set(documents())
    for path in known:
        there = target / ("index.md" if path == Path("README.md") else path)
        there.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".md":
            there.write_text(with_known_links((ROOT / path).read_text(encoding="utf-8"), path, known), encoding="utf-8")
        else:
            shutil.copyfile(ROOT / path, there)


def with_known_links(text: str, path: Path, known: set[Path]) -> str:
    """Return a document whose links lead to pages of the site, or are none.

    Args:
        path: Where the document lies in the repository.
        known: What else belongs to the site.
    """

    def link(found: re.Match[str]) -> str:
        words, target = found[1], found[2]
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        file, hash_sign, anchor = unquote(target).partition("#")
        there = (ROOT / path.parent / file).resolve()
        inside = there.relative_to(ROOT) if there.is_relative_to(ROOT) else None
        if inside == Path("README.md"):
            return f"[{words}]({'../' * (len(path.parts) - 1)}index.md{hash_sign}{anchor})"
        # A folder: its page of that name, where it has one.
        if inside is not None and inside / "README.md" in known:
            return f"[{words}]({file.rstrip('/')}/README.md)"
        return found[0] if inside in known else words

    return _LINK.sub(link, text)


def language_of(page: str) -> str:
    """Return the language of a page by its place in the repository."""
    return "de" if _GERMAN.fullmatch(page) else "en"


def anchor_of(heading: str, separator: str) -> str:
    """Make a heading's anchor as forges do, so that a link works in both places."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", separator)


def on_config(config: Any) -> Any:
    """Let headings have the anchors that the documents' links name."""
    config["mdx_configs"].setdefault("toc", {})["slugify"] = anchor_of
    return config


def on_post_page(output: str, *, page: Any, config: Any) -> str:
    """Say in which language a page is; the theme knows one for all."""
    return re.sub(r'<html lang="\w+"', f'<html lang="{language_of(page.file.src_uri)}"', output, count=1)


if __name__ == "__main__":
    lay_out()
    print(f"{sum(1 for _ in documents())} files in {TARGET.relative_to(ROOT)}")
    sys.exit(0)
