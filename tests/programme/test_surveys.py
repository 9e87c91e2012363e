"""Surveys of a programme: read in both languages, proof-read with file and line, kept with the content version."""

from pathlib import Path

import pytest

from lti_tool.content_versions.archive import pack
from lti_tool.domain.surveys.instrument import SurveyInstrument, SurveyKind, SurveyMoment
from lti_tool.domain.surveys.sheet_checking import checked_sheet
from lti_tool.programme.check import check
from lti_tool.programme.checks.report import report_lines
from lti_tool.programme.formats.files import programme_files
from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.parts.surveys import read_surveys
from tests.programme.conftest import WRONG_VALUES, Folder, put_everywhere
from tests.shipped import SHIPPED_FOLDER, read_programme

SCALES = "surveys/scales.toml"
END = "surveys/end.toml"
POINT = '[[scale.point]]\nde = "Stufe {0}"\nen = "Point {0}"\n'
FILES = {
    SCALES: '[[scale]]\nid = "agree5"\nlicence = "CC-BY-4.0"\n' + "".join(POINT.format(place) for place in range(1, 6)),
    END: """\
id = "end"
moment = "end"
revision = 1
research = true
licence = "CC-BY-4.0"
title = { de = "Zum Abschluss", en = "At the end" }

[[question]]
key = "role"
kind = "one"
personal = true
split = true
text = { de = "Welche Aufgabe?", en = "Which task?" }
[[question.option]]
code = 1
de = "Leitung"
en = "Management"
[[question.option]]
code = 2
de = "anderes"
en = "Something else"

[[question]]
key = "can"
kind = "pair"
scale = "agree5"
control = true
text = { de = "Ich kann etwas.", en = "I can do something." }

[[question]]
key = "hours"
kind = "number"
most = 60
text = { de = "Wie viele Stunden?", en = "How many hours?" }
""",
}


@pytest.fixture
def with_survey(folder: Folder) -> Folder:
    for name, text in FILES.items():
        folder.write(name, text)
    return folder


def shipped() -> dict[str, SurveyInstrument]:
    findings = Findings()
    found = {entry.instrument.id: entry.instrument for entry in read_surveys(SHIPPED_FOLDER, findings)}
    assert findings.found == []
    return found


def about_surveys(path: Path) -> list[str]:
    return [str(finding) for finding in check(path) if finding.file.startswith("surveys/")]


def test_a_sound_instrument_has_no_finding(with_survey: Folder) -> None:
    assert about_surveys(with_survey.path) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (SCALES, POINT.format(5), "", "Eine Skala hat 5 beschriftete Stufen"),
        (SCALES, 'de = "Stufe 5"', 'de = "Stufe 4"', "„stufe 4“ steht hier zweimal (de)"),
        (SCALES, 'en = "Point 5"', 'en = ""', "„en“ ist leer"),
        (SCALES, 'licence = "CC-BY-4.0"', "", "licence"),
        (END, 'en = "At the end"', 'en = " "', "„en“ ist leer"),
        (END, "revision = 1", "revision = 0", "jeder geänderte Satz erhöht sie"),
        (END, 'id = "end"', 'id = "ende"', "beide sind gleich"),
        (END, 'moment = "end"', 'moment = "never"', "kennt „never“ nicht"),
        (END, 'licence = "CC-BY-4.0"\n', "", "licence"),
        (END, 'kind = "number"', 'kind = "slider"', "kennt „slider“ nicht"),
        (END, 'scale = "agree5"', 'scale = "agree7"', "Die Skala „agree7“ gibt es nicht; bekannt sind: agree5."),
        (END, 'key = "hours"', 'key = "role"', "„role“ heißt in diesem Fragebogen mehr als eine Frage"),
        (END, 'key = "hours"', 'key = "can_now"', "„can_now“ heißt in diesem Fragebogen mehr als eine Frage"),
        (END, 'key = "hours"', 'key = "Stunden"', "besteht aus a–z, 0–9 und _"),
        (END, "code = 2", "code = 1", "Jede Antwort hat einen eigenen „code“"),
        (END, "code = 2", "code = -8", "Jede Antwort hat einen eigenen „code“"),
        (END, 'de = "anderes"', 'de = "leitung"', "„leitung“ steht hier zweimal (de)"),
        (END, 'en = "Something else"', 'en = "Management"', "„management“ steht hier zweimal (en)"),
        (END, "control = true", "control = false", "Genau eines der Paare fragt nach etwas, das nicht"),
        (END, "most = 60", "most = 60\ncontrol = true", "„control“ steht nur an einem Paar"),
        (END, "most = 60", "most = 60\npersonal = true", "Zur Person wird nur mit einer aus mehreren"),
        (END, "personal = true", "personal = false", "Aufgeteilt wird nur nach Fragen zur Person"),
        (END, "most = 60", "most = 60\nsplit = true", "Aufgeteilt wird nur nach Fragen zur Person"),
        (END, "most = 60", "most = 0", "„most“ ist die größte Zahl"),
        (END, "most = 60", "most = 60\nscores = 3", "Das Feld „scores“ gibt es hier nicht"),
        (END, "code = 2", "code = 2\nalone = true", "„alone“ steht nur an Antworten"),
        (END, "code = 2", "code = 2\nexisting = 0", "mindestens 1"),
        (END, "Ich kann etwas.", "Ich kann planen und prüfen.", "fragt nach einer Sache"),
        (END, "Ich kann etwas.", "Ich kann das nicht.", "fragt nach einer Sache"),
    ],
)
def test_each_mistake_is_found_where_it_stands(with_survey: Folder, file: str, old: str, new: str, expected: str) -> None:
    with_survey.spoil(file, old, new)
    found = about_surveys(with_survey.path)
    assert any(line.startswith(f"{file}:") and expected in line for line in found), found


def test_an_instrument_has_thirty_questions_at_most(with_survey: Folder) -> None:
    more = "".join(f'\n[[question]]\nkey = "t{n}"\nkind = "text"\ntext = {{ de = "Was?", en = "What?" }}\n' for n in range(28))
    with_survey.write(END, FILES[END] + more)
    assert any("höchstens 30 Fragen, nicht 31" in line for line in about_surveys(with_survey.path))


def test_two_instruments_are_not_due_at_the_same_moment(with_survey: Folder) -> None:
    with_survey.write("surveys/other.toml", FILES[END].replace('id = "end"', 'id = "other"'))
    assert any("gibt es schon einen Fragebogen" in line for line in about_surveys(with_survey.path))


def test_instruments_belong_to_the_kept_content_version(with_survey: Folder) -> None:
    before = pack(with_survey.path).sha256
    assert {END, SCALES} <= {name for name, _ in programme_files(with_survey.path)}
    with_survey.spoil(END, "Ich kann etwas.", "Ich kann mehr.")
    assert pack(with_survey.path).sha256 != before


def test_five_instruments_are_shipped_one_for_each_moment() -> None:
    assert {instrument.moment for instrument in shipped().values()} == set(SurveyMoment)


def test_shipped_instruments_are_as_short_as_was_promised() -> None:
    found = shipped()
    assert len(found["module"].questions) == 6
    assert 20 <= len(found["end"].questions) <= 27
    assert [question.key for question in found["needs"].questions] == ["topics", "formats", "stand", "size", "else"]


def test_the_end_asks_about_each_required_module_and_about_one_thing_that_is_not_taught() -> None:
    pairs = [question for question in shipped()["end"].questions if question.kind is SurveyKind.PAIR]
    assert (len(pairs), [pair.key for pair in pairs if pair.is_control]) == (6, ["can_audit"])


def test_the_same_sentence_is_the_same_in_every_instrument() -> None:
    # Figures of the end and of three months later stand side by side.
    found = shipped()
    for key in ("boss", "means", "worth"):
        assert found["end"].find_question(key) == found["later"].find_question(key)
    assert found["start"].find_question("role") == found["end"].find_question("role")


@pytest.mark.parametrize("name", ["start", "module", "end", "later", "needs"])
def test_every_shipped_question_can_be_answered(name: str) -> None:
    instrument = shipped()[name]
    typed = {
        field: [str(place) if question.kind is SurveyKind.RANKING else "1"]
        for question in instrument.questions
        for place, field in enumerate(question.fields, 1)
    }
    assert checked_sheet(instrument, typed).errors == ()


@pytest.mark.parametrize("value", WRONG_VALUES)
def test_a_value_of_a_wrong_kind_is_reported_and_never_a_crash(with_survey: Folder, value: str) -> None:
    put_everywhere(with_survey, FILES, value)


def test_the_report_lists_the_instruments() -> None:
    lines = list(report_lines(read_programme(SHIPPED_FOLDER)))
    assert any(line.startswith("end ") and line.endswith("CC-BY-4.0") for line in lines)
