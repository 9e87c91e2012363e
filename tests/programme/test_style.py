"""Style: sentences that go together, and turns of phrase that do not come all the time."""

import pytest

from lti_tool.programme.check import check
from lti_tool.programme.checks.check_style import rhythm_of
from lti_tool.programme.formats.findings import Rule
from tests.programme.conftest import Folder

LESSON = "1-grundlagen/lessons/1-1-anfang.md"
THIRTEEN = "Die Stadt prüft den Antrag, bevor sie im Herbst darüber im Ausschuss entscheidet. "
TWENTY = "Die Stadt prüft den Antrag im Sommer noch einmal, weil im Herbst der Ausschuss tagt und dort die Zahlen verlangt. "


def sentences(folder: Folder, rule: Rule) -> list[str]:
    return [str(finding) for finding in check(folder.path) if finding.rule is rule]


def test_the_rhythm_of_a_text_is_measured() -> None:
    rhythm = rhythm_of(f"{THIRTEEN}Sie sagt ja. {TWENTY}")
    assert (rhythm.sentences, rhythm.longest) == (3, 20)
    assert rhythm.mean == pytest.approx((13 + 3 + 20) / 3)
    assert rhythm.short_share == rhythm.long_share == pytest.approx(1 / 3)
    assert rhythm_of("").mean == 0


def test_short_sentences_in_a_row_are_reported(folder: Folder) -> None:
    found = sentences(folder, Rule.RHYTHM)
    assert any("im Mittel" in finding for finding in found)
    assert any("haben weniger als 7 Wörter" in finding for finding in found)
    folder.spoil(LESSON, "Ende.", "\n\n".join([THIRTEEN * 5] * 20))
    assert sentences(folder, Rule.RHYTHM) == []


def test_one_long_sentence_carries_a_paragraph_and_two_do_not(folder: Folder) -> None:
    folder.spoil(LESSON, "Ende.", "\n\n".join([THIRTEEN * 5] * 20) + f"\n\n{TWENTY}{THIRTEEN}")
    assert sentences(folder, Rule.RHYTHM) == []
    folder.spoil(LESSON, f"{TWENTY}{THIRTEEN}", f"{TWENTY}{TWENTY}")
    (found,) = sentences(folder, Rule.RHYTHM)
    assert "Der Absatz hat 2 Sätze mit 18 und mehr Wörtern" in found


def test_counting_questions_and_steps_is_said_twice_at_most(folder: Folder) -> None:
    folder.spoil(LESSON, "Ende.", "Es gibt drei Fragen. Dann vier kurze Schritte.")
    assert sentences(folder, Rule.COUNTED) == []
    folder.spoil(LESSON, "### Dritter Teil", "### Fünf Punkte")
    (found,) = sentences(folder, Rule.COUNTED)
    assert found.startswith(
        f"{LESSON}:43: Warnung: „vier kurze Schritte“: So zählt dieses Modul schon mehr als zweimal auf (3-mal"
    )
