"""`python -m tools.release check v1.2.3` says what keeps a tag from being a release.

`… notes v1.2.3` prints what the changelog says of it.

Standard library only: the workflow calls it before anything is installed.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
_TAG = re.compile(r"v(\d+\.\d+\.\d+)")
WHAT_TO_DO = "### What to do"


def problems(tag: str, root: Path = ROOT) -> list[str]:
    """List what does not fit together; empty: the tag may be released."""
    found = _TAG.fullmatch(tag)
    if found is None:
        return [f"{tag} is no tag of the form v1.2.3"]
    version, wrong = found[1], []
    stated = tomllib.loads(_read(root / "pyproject.toml"))["project"]["version"]
    if stated != version:
        wrong.append(f"pyproject.toml says version {stated}")
    public = _read(root / "publiccode.yml")
    if f'softwareVersion: "{version}"' not in public:
        wrong.append("publiccode.yml says another softwareVersion")
    if not re.search(r'^releaseDate: "?\d{4}-\d\d-\d\d"?$', public, re.MULTILINE):
        wrong.append("publiccode.yml has no releaseDate")
    if "example.org" in public:
        wrong.append("publiccode.yml still has the address of an example")
    if re.search(r"^  type: none$", public, re.MULTILINE):
        wrong.append("publiccode.yml names nobody who maintains the project")
    section = notes(tag, root)
    if not section:
        wrong.append(f"CHANGELOG.md has no section `## {version} – YYYY-MM-DD`")
    elif WHAT_TO_DO not in section:
        wrong.append(f"CHANGELOG.md has no `{WHAT_TO_DO}` below {version}")
    return wrong


def notes(tag: str, root: Path = ROOT) -> str:
    """Return what the changelog says of a tag, without its heading; empty: nothing."""
    version = re.escape(tag.removeprefix("v"))
    found = re.search(
        rf"^## {version} – \d{{4}}-\d\d-\d\d\n(.*?)(?=^## |\Z)", _read(root / "CHANGELOG.md"), re.MULTILINE | re.DOTALL
    )
    return found[1].strip() if found else ""


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def main(arguments: list[str]) -> int:
    match arguments:
        case ["check", tag]:
            wrong = problems(tag)
            print(*wrong, sep="\n", end="\n" if wrong else "")
            return bool(wrong)
        case ["notes", tag]:
            print(notes(tag))
            return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
