"""Facilitator packs: what a file becomes, what proof-reading says, and sessions that nobody has to attend."""

import pytest

from lti_tool.domain.rules.completion import Condition
from lti_tool.domain.rules.hours import module_minutes
from lti_tool.programme.check import check
from lti_tool.programme.formats.findings import ProgrammeError, Rule
from lti_tool.programme.reader import read_programme
from tests.programme.conftest import MODULE, WRONG_VALUES, Folder, put_everywhere

MODULE_FILE = "1-grundlagen/module.toml"
PACK_FILE = "1-grundlagen/facilitation/1a.toml"
LIVE = """
[[live]]
code = "1A"
title = "Erste Sitzung"
minutes = 30
preparation = "Lesen."
follow_up = "Zusammenfassung."
"""
PACK = """\
session = "1A"
goal = "Etwas steht fest."
preparation_minutes = 45
material = ["Karten"]
silence = "Fragen Sie eine Rolle."

[[step]]
minutes = 10
title = "Ankommen"
form = "Plenum"
text = "Sagen Sie **guten Tag**."
[[step]]
minutes = 20
title = "Spielen"
form = "Kleingruppen"
material = ["Tafel"]
text = "Los."

[[board]]
title = "Lage"
text = "leer"

[[role]]
title = "Leitung"
text = "Sie führen."
secret = "Sie sind müde."
[[role]]
title = "IT"
text = "Sie tun."

[[inject]]
minute = 10
title = "Anruf"
sender = "Presse"
text = "Stimmt es?"
expected = "Eine Stelle spricht."
[[inject]]
minute = 25
title = "Zweiter Anruf"
sender = "Presse"
text = "Und jetzt?"
expected = "Dieselbe."

[[solution]]
title = "Gut"
text = "Wer führt."

[variants]
six = "Eine Gruppe."
fifteen = "Drei Gruppen."
"""


@pytest.fixture
def session(folder: Folder) -> Folder:
    folder.write(MODULE_FILE, MODULE + LIVE)
    folder.write(PACK_FILE, PACK)
    return folder


def found(folder: Folder) -> list[str]:
    return [str(finding) for finding in check(folder.path) if "facilitation" in finding.file or finding.rule is Rule.FACILITATION]


def test_a_file_becomes_a_pack_with_a_plan_by_the_minute(session: Folder) -> None:
    assert found(session) == []
    pack = read_programme(session.path).modules[0].find_pack("1A")
    assert pack is not None
    assert [(timed.begins_at, timed.ends_at, timed.step.title) for timed in pack.plan] == [
        (0, 10, "Ankommen"),
        (10, 30, "Spielen"),
    ]
    assert [[inject.title for inject in pack.injects_during(timed)] for timed in pack.plan] == [[], ["Anruf", "Zweiter Anruf"]]
    assert [card.secret_html for card in pack.roles] == ["<p>Sie sind müde.</p>\n", ""]
    assert "<strong>guten Tag</strong>" in pack.steps[0].html
    assert read_programme(session.path).modules[0].find_pack("1B") is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("minutes = 20", "minutes = 15", "Fehler: Der Ablauf dauert 25 Minuten, die Sitzung 30."),
        ("minutes = 20", "minutes = 46", "Warnung: Der Schritt dauert 46 Minuten"),
        ("minutes = 20", "minutes = 0", "Fehler: Ein Schritt dauert mindestens eine Minute."),
        ('session = "1A"', 'session = "1C"', "Fehler: Die Live-Sitzung „1C“ gibt es in diesem Modul nicht."),
        ('form = "Plenum"', 'form = "Kreis"', "Fehler: „form“ kennt „Kreis“ nicht"),
        ('[[role]]\ntitle = "IT"\ntext = "Sie tun."\n', "", "Fehler: Ein Rollenspiel hat mindestens zwei Rollenkarten."),
        ("minute = 25", "minute = 30", "Fehler: Die Minute 30 liegt außerhalb der Sitzung."),
        ("minute = 25", "minute = 5", "Fehler: Einspielungen stehen in der Reihenfolge"),
        ('expected = "Dieselbe."\n', "", "Fehler: „expected“ fehlt"),
        ('fifteen = "Drei Gruppen."\n', "", "Fehler: „fifteen“ fehlt"),
        ('silence = "Fragen Sie eine Rolle."\n', "", "Fehler: „silence“ fehlt"),
        ('[[solution]]\ntitle = "Gut"\ntext = "Wer führt."\n', "", "Warnung: Es fehlen Lösungshinweise"),
        ('text = "leer"', 'text = "[x](seite.html)"', "Fehler: Der Verweis „seite.html“ führt nirgendwohin"),
    ],
)
def test_a_mistake_is_found(session: Folder, old: str, new: str, expected: str) -> None:
    session.spoil(PACK_FILE, old, new)
    assert any(expected in finding for finding in found(session)), found(session)


def test_two_packs_of_one_session_and_a_session_without_are_reported(session: Folder) -> None:
    session.write("1-grundlagen/facilitation/1b.toml", PACK)
    assert any("gibt es schon eine Datei" in finding for finding in found(session))
    (session.path / "1-grundlagen/facilitation/1b.toml").unlink()
    (session.path / PACK_FILE).unlink()
    assert any("Zur Live-Sitzung 1A fehlt der Leitfaden facilitation/1a.toml. [facilitation]" in one for one in found(session))


def test_a_session_that_nobody_has_to_attend_is_in_no_planned_hours(session: Folder) -> None:
    programme = read_programme(session.path)
    with_live = module_minutes(programme.modules[0], programme.hours, frozenset({Condition.LIVE}))
    session.spoil(MODULE_FILE, 'code = "1A"', 'code = "1A"\nrequired = false')
    programme = read_programme(session.path)
    assert not programme.modules[0].live_sessions[0].is_required
    assert (with_live, module_minutes(programme.modules[0], programme.hours, frozenset({Condition.LIVE}))) == (30, 0)


def test_a_pack_without_a_plan_is_refused(session: Folder) -> None:
    session.write(PACK_FILE, PACK.split("[[step]]", maxsplit=1)[0] + "[variants]\nsix = 'a'\nfifteen = 'b'\n")
    with pytest.raises(ProgrammeError, match="step"):
        read_programme(session.path)


@pytest.mark.parametrize("value", WRONG_VALUES)
def test_no_wrong_value_anywhere_gets_past_as_a_crash(session: Folder, value: str) -> None:
    put_everywhere(session, {PACK_FILE: PACK}, value)
