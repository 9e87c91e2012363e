"""Every programme that is shipped: its folder reads, checks clean, and takes no name that another one has."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from lti_tool.bootstrap import SHIPPED_PROGRAMMES
from lti_tool.domain.rules.drawing import draw
from lti_tool.programme.check import check
from lti_tool.programme.reader import read_programme

FOLDERS = sorted(head.parent for head in SHIPPED_PROGRAMMES.glob("*/programme.toml"))
TODAY = date(2026, 12, 1)


def named(folders: list[Path]) -> list[str]:
    return [folder.name for folder in folders]


def test_more_than_one_programme_is_shipped() -> None:
    assert {"smart_city_manager", "digitale_buergerbeteiligung", "schreibwerkstatt_digitalstrategien"} <= set(named(FOLDERS))


@pytest.mark.parametrize("folder", FOLDERS, ids=named(FOLDERS))
def test_the_proof_reader_finds_nothing(folder: Path) -> None:
    assert [str(finding) for finding in check(folder, today=TODAY)] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=named(FOLDERS))
def test_each_module_with_questions_gives_a_quiz(folder: Path) -> None:
    programme = read_programme(folder)
    for module in programme.modules:
        if module.items:
            drawn = draw(module.items, module.lesson_codes, programme.assessment, seed=1)
            assert len(drawn) == programme.assessment.items


@pytest.mark.parametrize("what", ["programmes", "modules", "lessons", "items", "cases"])
def test_no_two_programmes_take_the_same_name(what: str) -> None:
    taken = Counter(name for folder in FOLDERS for name in names_in(folder, what))
    assert [name for name, times in taken.items() if times > 1] == []


def names_in(folder: Path, what: str) -> list[str]:
    programme = read_programme(folder)
    return {
        "programmes": [programme.slug],
        "modules": [module.slug for module in programme.modules],
        "lessons": [lesson.slug for module in programme.modules for lesson in module.lessons],
        "items": [item.id for module in programme.modules for item in module.items],
        "cases": [study.id for study in programme.library.studies],
    }[what]
