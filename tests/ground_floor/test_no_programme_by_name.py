"""The code teaches whatever lies in the folders: no line of it knows a programme by name."""

import re
import tomllib
from pathlib import Path

import pytest

from lti_tool.bootstrap import SHIPPED_PROGRAMMES

ROOT = Path(__file__).parent.parent.parent
FOLDERS = sorted(path for path in SHIPPED_PROGRAMMES.iterdir() if (path / "programme.toml").is_file())
# The playground plays another product, whose courses have names and whose activities name modules.
ANOTHER_PRODUCT = (ROOT / "lti_tool" / "playground", ROOT / "templates" / "playground")


def names_of(folder: Path) -> set[str]:
    """Give slugs and titles of a programme and its modules, and the folder's own name."""
    head = tomllib.loads((folder / "programme.toml").read_text("utf-8"))
    modules = [tomllib.loads(path.read_text("utf-8")) for path in folder.glob("[0-9]*/module.toml")]
    return {folder.name, *(each[key] for each in (head, *modules) for key in ("slug", "title"))}


def sources() -> list[Path]:
    found = [*(ROOT / "lti_tool").rglob("*.py"), *(ROOT / "templates").rglob("*.html"), *(ROOT / "lti_tool").rglob("*.typ")]
    return [path for path in found if not path.is_relative_to(SHIPPED_PROGRAMMES) and not is_anothers(path)]


def is_anothers(path: Path) -> bool:
    return any(path.is_relative_to(folder) for folder in ANOTHER_PRODUCT)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_line_of_code_knows_a_programme_by_name(folder: Path) -> None:
    names = re.compile(
        "|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in sorted(names_of(folder), key=len, reverse=True))
    )
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if names.search(line)
    ]
    assert found == []


def test_every_shipped_folder_is_looked_for() -> None:
    assert {"smart-city-manager", "Smart-City-Manager:in", "smart_city_manager"} <= set.union(*map(names_of, FOLDERS))
    assert len(sources()) > 500
