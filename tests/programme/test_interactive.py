"""Interactive figures: each kind with its data, what is wrong with it, and the text version that everyone gets."""

import pytest

from lti_tool.content_versions.archive import pack
from lti_tool.domain.figures.breach_clock import BreachClock, ClockMark
from lti_tool.domain.figures.decision import DecisionTree
from lti_tool.domain.figures.lifecycle_cost import LifecycleCost
from lti_tool.domain.figures.nutzwert import Nutzwert
from lti_tool.domain.figures.participation import ParticipationLadder
from lti_tool.domain.figures.small_numbers import SmallNumbers
from lti_tool.programme.check import check
from lti_tool.programme.formats.findings import ProgrammeError
from lti_tool.programme.reader import read_programme
from tests.programme.conftest import WRONG_VALUES, Folder, put_everywhere

LESSON = "1-grundlagen/lessons/1-1-anfang.md"
FILE = "1-grundlagen/figures/1-1-rechner.toml"
TEXT = "1-grundlagen/figures/1-1-rechner.md"
KINDS = {
    "nutzwert": """\
kind = "nutzwert"
[[criterion]]
id = "nutzen"
label = "Nutzen"
weight = 60
[[criterion]]
id = "aufwand"
label = "Aufwand"
weight = 40
[[option]]
label = "A"
points = { nutzen = 8, aufwand = 2 }
[[option]]
label = "B"
points = { nutzen = 5, aufwand = 9 }
""",
    "lifecycle-cost": """\
kind = "lifecycle-cost"
years = 7
hourly_rate = 50
[[option]]
label = "Kaufen"
once = 60000
yearly = 4000
hours_yearly = 40
replace_every = 5
replacement = 10000
funded_pct = 90
""",
    "nis2": """\
kind = "nis2"
[[question]]
id = "art"
text = "Wer?"
help = "Fragen Sie das **Rechtsamt**."
[[question.answer]]
text = "Kernverwaltung"
leads_to = "kern"
[[question.answer]]
text = "Eigenbetrieb"
leads_to = "groesse"
[[question]]
id = "groesse"
text = "Wie groß?"
[[question.answer]]
text = "klein"
leads_to = "kern"
[[question.answer]]
text = "groß"
leads_to = "betroffen"
[[result]]
id = "kern"
title = "Nicht erfasst"
text = "Trotzdem …"
[[result]]
id = "betroffen"
title = "Wohl erfasst"
text = "Prüfen Sie."
""",
    "breach-clock": """\
kind = "breach-clock"
hours = 72
zone = "Europe/Berlin"
[[mark]]
hour = 0
text = "Trennen"
[[mark]]
hour = 72
text = "Melden"
""",
    "participation": """\
kind = "participation"
[[step]]
id = "info"
label = "Information"
who_decides = "die Kommune"
[[step]]
id = "entscheidung"
label = "Entscheidung"
who_decides = "alle"
[[situation]]
id = "flyer"
text = "Ein Flyer."
step = "info"
because = "Einbahn."
[[situation]]
id = "budget"
text = "Ein bindendes Budget."
step = "entscheidung"
because = "Es gilt."
""",
    "small-numbers": """\
kind = "small-numbers"
columns = ["Wohngeld", "Pflege"]
least = 5
[[row]]
label = "Nord"
counts = [40, 2]
[[row]]
label = "Süd"
counts = [35, 17]
""",
}


@pytest.fixture
def figure(folder: Folder) -> Folder:
    folder.spoil(LESSON, "Ende.", '![Probieren Sie es aus](figures/1-1-rechner.toml "Wer gewinnt?")')
    folder.write(TEXT, "A gewinnt **hier**.")
    folder.write(FILE, KINDS["nutzwert"])
    return folder


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("nutzwert", Nutzwert),
        ("lifecycle-cost", LifecycleCost),
        ("nis2", DecisionTree),
        ("breach-clock", BreachClock),
        ("participation", ParticipationLadder),
        ("small-numbers", SmallNumbers),
    ],
)
def test_each_kind_is_read(figure: Folder, kind: str, expected: type) -> None:
    figure.write(FILE, KINDS[kind])
    module = read_programme(figure.path).modules[0]
    found = module.find_interactive("1-1-rechner")
    assert found is not None
    assert isinstance(found.data, expected)
    assert (found.title, found.purpose) == ("Wer gewinnt?", "Probieren Sie es aus")
    assert module.find_interactive("x") is None


def test_the_text_version_stands_in_the_lesson(figure: Folder) -> None:
    html = read_programme(figure.path).modules[0].lessons[0].body_html
    assert (
        '<div class="interactive" id="rechner-1-1-rechner"><p><strong>Wer gewinnt?</strong></p><p>A gewinnt <strong>hier' in html
    )
    assert [str(finding) for finding in check(figure.path) if "rechner" in str(finding)] == []


def test_it_belongs_to_the_kept_version(figure: Folder) -> None:
    before = pack(figure.path).sha256
    figure.spoil(FILE, "weight = 60", "weight = 61")
    assert pack(figure.path).sha256 != before


def test_the_clock_is_read_with_its_marks(figure: Folder) -> None:
    figure.write(FILE, 'kind = "breach-clock"\n[[mark]]\nhour = 1\ntext = "Los"\n')
    (found,) = read_programme(figure.path).modules[0].interactive
    assert found.data == BreachClock(72, "Europe/Berlin", (ClockMark(1, "Los"),))


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        ("nutzwert", 'kind = "nutzwert"', 'kind = "wuerfel"', "„kind“ kennt „wuerfel“ nicht"),
        ("nutzwert", "weight = 60", "weight = 50", "Die Gewichte ergeben 90"),
        ("nutzwert", "nutzen = 8, aufwand = 2", "nutzen = 8", "„points“ nennt zu jedem Kriterium"),
        ("nutzwert", "nutzen = 8, aufwand = 2", "nutzen = 11, aufwand = 2", "„points“ nennt zu jedem Kriterium"),
        ("nutzwert", 'id = "aufwand"', 'id = "nutzen"', "Die id „nutzen“ gibt es schon"),
        ("lifecycle-cost", "years = 7", "years = 99", "Betrachtet werden 1 bis 30 Jahre"),
        ("lifecycle-cost", "funded_pct = 90", "funded_pct = 190", "der geförderte Anteil liegt zwischen 0 und 100"),
        ("lifecycle-cost", "once = 60000", "once = -1", "Beträge sind nicht negativ"),
        ("nis2", 'leads_to = "groesse"', 'leads_to = "nichts"', "„nichts“ ist weder eine Frage noch ein Ergebnis"),
        ("nis2", 'leads_to = "groesse"', 'leads_to = "betroffen"', "Zu „groesse“ führt kein Weg."),
        ("nis2", 'leads_to = "betroffen"', 'leads_to = "art"', "Die Fragen führen im Kreis."),
        ("breach-clock", "hours = 72", "hours = 0", "Die Frist hat 1 bis 744 Stunden."),
        ("breach-clock", "Europe/Berlin", "Europe/Havelbruch", "Die Zeitzone „Europe/Havelbruch“ gibt es nicht."),
        ("breach-clock", "hour = 72", "hour = 73", "Die Stunde 73 liegt außerhalb"),
        ("breach-clock", "hour = 0", "hour = 72\ntext = 'x'\n[[mark]]\nhour = 1", "Die Stunden stehen in ihrer Reihenfolge."),
        ("participation", 'step = "info"', 'step = "mitte"', "Die Stufe „mitte“ gibt es nicht."),
        ("participation", 'id = "entscheidung"', 'id = "info"', "Die id „info“ gibt es schon"),
        ("small-numbers", "counts = [40, 2]", "counts = [40]", "Jede Zeile hat 2 Zahlen"),
        ("small-numbers", "counts = [40, 2]", "counts = [40, -2]", "Jede Zeile hat 2 Zahlen"),
        ("small-numbers", "least = 5", "least = 1", "Die kleinste gezeigte Zahl"),
    ],
)
def test_wrong_data_are_refused_where_they_stand(figure: Folder, kind: str, old: str, new: str, expected: str) -> None:
    assert old in KINDS[kind]
    figure.write(FILE, KINDS[kind].replace(old, new, 1))
    with pytest.raises(ProgrammeError) as caught:
        read_programme(figure.path)
    assert any(finding.file == FILE and expected in finding.sentence for finding in caught.value.findings)


@pytest.mark.parametrize("path", ["figures/fehlt.toml", "../geheim.toml", "figures/../../x.toml", "/etc/x.toml"])
def test_data_from_elsewhere_are_refused(figure: Folder, path: str) -> None:
    figure.spoil(LESSON, "figures/1-1-rechner.toml", path)
    with pytest.raises(ProgrammeError, match="gibt es nicht"):
        read_programme(figure.path)


def test_a_text_version_is_never_missing(figure: Folder) -> None:
    (figure.path / TEXT).unlink()
    with pytest.raises(ProgrammeError, match="Die Textfassung"):
        read_programme(figure.path)


@pytest.mark.parametrize("kind", KINDS)
def test_no_wrong_value_anywhere_gets_past_as_a_crash(figure: Folder, kind: str) -> None:
    figure.write(FILE, KINDS[kind])
    for value in WRONG_VALUES:
        put_everywhere(figure, {FILE: KINDS[kind]}, value)
