"""The page of all parts is for who works on the tool: in production it does not exist, and each part of a page has one macro."""

import re
from pathlib import Path

import pytest

from tests.web.test_legal import Opened, opened  # noqa: F401 - a fixture

TEMPLATES = Path(__file__).parents[2] / "templates"
PARTS = (TEMPLATES / "_parts.html").read_text(encoding="utf-8")


def test_in_development_it_shows_every_part(opened: Opened) -> None:  # noqa: F811
    gallery = (TEMPLATES / "parts" / "gallery.html").read_text(encoding="utf-8")
    macros = set(re.findall(r"{% macro (\w+)\(", PARTS)) - {"field_error"}  # a part of the field
    assert {name for name in macros if f"{name}(" not in gallery} == set()
    assert opened().get("/_parts").status_code == 200


def test_in_production_there_is_none(opened: Opened) -> None:  # noqa: F811
    production = opened(public_url="https://tool.test", secret_key="x" * 40, environment="production")
    assert production.get("/_parts", base_url="https://tool.test").status_code == 404


@pytest.mark.parametrize("sign", ['class="kern-alert__header"', "{% macro alert(", "{% macro badge("])
def test_a_part_is_written_once(sign: str) -> None:
    pages = [path for path in TEMPLATES.rglob("*.html") if "playground" not in path.parts]
    assert [path.name for path in pages if sign in path.read_text(encoding="utf-8")] == ["_parts.html"]
