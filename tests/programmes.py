"""Small programmes beside the shipped one: one module of it under other names, without its cases and its live part."""

import re
import shutil
from pathlib import Path

from tests.shipped import SHIPPED_FOLDER

_MODULE = "1-grundlagen-und-strategie"


def a_programme_folder(root: Path, slug: str, *, title: str = "", module: str = "", version: str = "1.0") -> Path:
    """Write a programme with one module into a folder of its own below `root`."""
    folder = root / slug
    shutil.copytree(SHIPPED_FOLDER / _MODULE, folder / _MODULE)
    shutil.copy(SHIPPED_FOLDER / "reifegrad.toml", folder)
    head = (SHIPPED_FOLDER / "programme.toml").read_text("utf-8")
    head = re.sub(r"^\[\[change\]\]\n(?:.+\n)+\n", "", head, flags=re.M)
    for name, value in (("slug", slug), ("title", title or slug.title()), ("version", version)):
        head = re.sub(rf'^{name} = ".*"', f'{name} = "{value}"', head, count=1, flags=re.M)
    note = f'[[change]]\nversion = "{version}"\ndate = 2026-11-23\nnote = "Erste Fassung."\n\n'
    (folder / "programme.toml").write_text(head.replace("[assessment]", note + "[assessment]", 1), "utf-8")
    path = folder / _MODULE / "module.toml"
    text = re.sub(r'^slug = ".*"', f'slug = "{module or slug + "-grundlagen"}"', path.read_text("utf-8"), count=1, flags=re.M)
    # Without live part and practice task its module is passed with the quiz alone.
    path.write_text(text.partition("[[live]]")[0], "utf-8")
    (folder / _MODULE / "practice.toml").unlink()
    for name in ("examples", "facilitation"):
        shutil.rmtree(folder / _MODULE / name)
    return folder
