"""Reading the programme folder: what comes out, and that every mistake names its file and line."""

import time

import pytest

from lti_tool.domain.items import Numeric, SingleChoice
from lti_tool.programme.formats.findings import ProgrammeError
from lti_tool.programme.reader import read_programme
from tests.pace import slowness
from tests.programme.conftest import FILES, WRONG_VALUES, Folder, put_everywhere
from tests.shipped import SHIPPED_FOLDER

POOL = "1-grundlagen/pool.toml"
LESSON = "1-grundlagen/lessons/1-1-anfang.md"
MODULE = "1-grundlagen/module.toml"


def errors_of(folder: Folder) -> list[str]:
    with pytest.raises(ProgrammeError) as caught:
        read_programme(folder.path)
    return [str(finding) for finding in caught.value.findings]


def test_the_shipped_programme_is_read_in_less_than_a_second_and_a_half() -> None:
    begun = time.process_time()
    programme = read_programme(SHIPPED_FOLDER)
    assert time.process_time() - begun < 1.5 * slowness()
    assert [module.number for module in programme.required_modules] == [1, 2, 3, 4, 5]
    assert programme.modules[0].slug == "grundlagen-und-strategie"
    assert len(programme.modules[0].lessons) == 6
    assert all(len(module.items) >= 20 for module in programme.modules)


def test_a_folder_becomes_frozen_values(folder: Folder) -> None:
    module = read_programme(folder.path).modules[0]
    lesson = module.lessons[0]
    assert (module.number, module.short_title, lesson.code, lesson.minutes) == (1, "Grundlagen", "1.1", 10)
    assert [heading.text for heading in lesson.headings if heading.level == 2] == [
        "Einstieg: Eine Frage",
        "Kern",
        "Beispiel",
        "Merksätze",
        "Transferfrage",
    ]
    assert lesson.term_ids == ("insek",)
    assert isinstance(module.items[0], SingleChoice)
    assert module.items[0].stem_html == "Was ist <strong>richtig</strong>?"
    assert isinstance(module.items[1], Numeric)
    assert lesson.self_checks[0].id == "1.1-S1"


def test_markdown_becomes_clean_html_with_anchors_figures_and_tables(folder: Folder) -> None:
    html = read_programme(folder.path).modules[0].lessons[0].body_html
    assert '<h2 id="einstieg-eine-frage">Einstieg: Eine Frage</h2>' in html
    assert '<a href="#glossar-insek" class="glossary-link" id="begriff-insek">INSEK</a>' in html
    assert '<span lang="en">Open Source</span>' in html
    assert '<a href="lektion:1.1">Lektion 1.1</a>' in html
    assert '<th scope="col">Wort</th>' in html
    assert '<img src="figur:1-1-felder.svg" alt="Zwei Felder" width="400" height="200">' in html
    assert "<summary>Textfassung der Grafik</summary>" in html


def test_raw_html_does_not_reach_the_page(folder: Folder) -> None:
    folder.spoil(LESSON, "Ende.", '<script>alert(1)</script> <b onclick="x">fett</b> [x](javascript:alert(1))')
    html = read_programme(folder.path).modules[0].lessons[0].body_html
    assert "<script" not in html
    assert "<b " not in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (POOL, 'text = "Zwei"\ncorrect = true', 'text = "Zwei"\ncorrect = false', f"{POOL}:9: Fehler: Genau eine Antwort"),
        (POOL, 'text = "Drei"', 'txt = "Drei"', f"{POOL}:17: Fehler: „text“ fehlt"),
        (POOL, 'text = "Drei"', 'txt = "Drei"', f"{POOL}:18: Fehler: Das Feld „txt“ gibt es hier nicht"),
        (POOL, 'type = "numeric"', 'type = "essay"', f"{POOL}:24: Fehler: „type“ kennt „essay“ nicht"),
        (POOL, 'id = "M1-02"', 'id = "M1-01"', f"{POOL}:23: Fehler: Die id „M1-01“ gibt es schon in {POOL}:2."),
        (POOL, "value = 6.3", 'value = "6,3"', f"{POOL}:31: Fehler: „value“ hat die falsche Form; erwartet wird eine Zahl"),
        (POOL, "tolerance = 0.05", "tolerance = -1", f"{POOL}:32: Fehler: „tolerance“ ist 0 oder größer."),
        (POOL, 'stratum = "A"', 'stratum = "A', f"{POOL}:6: Fehler: Das ist kein gültiges TOML"),
        (LESSON, "minutes = 10", 'minutes = "zehn"', f"{LESSON}:5: Fehler: „minutes“ hat die falsche Form"),
        (LESSON, 'id = "1.1a"', 'id = "1.2a"', f"{LESSON}:12: Fehler: Das Lernziel „1.2a“ gehört nicht zur Lektion 1.1"),
        (LESSON, "figures/1-1-felder.svg", "figures/fehlt.svg", f"{LESSON}:35: Fehler: Die Grafik „figures/fehlt.svg“"),
        (LESSON, "figures/1-1-felder.svg", "../../x.svg", f"{LESSON}:35: Fehler: Die Grafik „../../x.svg“ gibt es nicht"),
        (LESSON, "+++\n\n## Einstieg", "\n## Einstieg", f"{LESSON}:1: Fehler: Der Kopf fehlt"),
        (MODULE, 'aim = "Sie können etwas."\n', "", f"{MODULE}:1: Fehler: „aim“ fehlt"),
        ("programme.toml", "pass_mark_pct = 70", "pass_mark_pct = 50", "programme.toml:18: Fehler: Die Bestehensgrenze liegt"),
        ("programme.toml", "items = 2", "items = 3", "programme.toml:13: Fehler: Die Strata ergeben 2 Fragen"),
    ],
)
def test_a_mistake_is_reported_where_it_stands(folder: Folder, file: str, old: str, new: str, expected: str) -> None:
    folder.spoil(file, old, new)
    assert any(error.startswith(expected) for error in errors_of(folder)), errors_of(folder)


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        '<rect onclick="x()"/>',
        '<image href="https://example.org/x.png"/>',
        '<style>@font-face{src:url("x")}</style>',
        "<foreignObject/>",
    ],
)
def test_a_drawing_with_active_or_foreign_parts_is_refused(folder: Folder, evil: str) -> None:
    folder.spoil("1-grundlagen/figures/1-1-felder.svg", "</svg>", f"{evil}</svg>")
    assert "das ist nicht erlaubt" in errors_of(folder)[0]


def test_a_missing_text_version_of_a_figure_is_reported(folder: Folder) -> None:
    (folder.path / "1-grundlagen/figures/1-1-felder.md").unlink()
    assert errors_of(folder) == [f"{LESSON}:35: Fehler: Die Textfassung „figures/1-1-felder.md“ fehlt."]


def test_all_mistakes_are_reported_at_once(folder: Folder) -> None:
    folder.spoil(POOL, 'type = "numeric"', 'type = "essay"')
    folder.spoil(MODULE, 'aim = "Sie können etwas."\n', "")
    assert len(errors_of(folder)) == 2


def test_a_folder_without_a_programme_is_refused_in_a_sentence(folder: Folder) -> None:
    (folder.path / "programme.toml").unlink()
    assert "gibt es keine programme.toml" in errors_of(folder)[0]


@pytest.mark.parametrize("value", WRONG_VALUES)
def test_no_wrong_value_anywhere_gets_past_as_a_crash(folder: Folder, value: str) -> None:
    put_everywhere(folder, FILES, value)


def test_a_programme_says_what_the_document_of_its_practice_is_called(folder: Folder) -> None:
    assert read_programme(folder.path).draft_title == "Digitalstrategie-Entwurf"
    folder.spoil("programme.toml", 'language = "de"', 'language = "de"\ndraft_title = "Beteiligungskonzept"')
    assert read_programme(folder.path).draft_title == "Beteiligungskonzept"
