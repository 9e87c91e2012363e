"""Statements, each of which applies or does not."""

from fractions import Fraction

import pytest

from lti_tool.domain.items import Matrix
from lti_tool.domain.items.base import Extent, Option
from lti_tool.domain.items.matrix import Judgement, Judgements
from lti_tool.programme.formats import markdown
from lti_tool.programme.formats.findings import Findings
from lti_tool.programme.formats.toml_source import TomlSource
from lti_tool.programme.parts.items import read_pool

STATEMENTS = (
    Option("Das gilt.", True, "Ja, es gilt."),
    Option("Das gilt nicht.", False, "Nein."),
    Option("Auch <em>das</em> gilt.", True, "Ja, auch das."),
    Option("Das war einmal.", False, "Nein, nicht mehr."),
)
ITEM = Matrix("M1-08", ("1.1a",), "anwenden", "B", "Was gilt?", "Auflösung.", STATEMENTS)
EXAMPLES = (ITEM,)
ORDER = (2, 0, 3, 1)
POOL = """
[[item]]
id = "M1-08"
type = "matrix"
objectives = ["1.1a"]
level = "anwenden"
stratum = "B"
stem = "Was gilt?"
explanation = "Auflösung."
""" + "".join(
    f'[[item.statement]]\ntext = "{text}"\ncorrect = {applies}\nfeedback = "Weil."\n'
    for text, applies in (("Eins", "true"), ("Zwei", "false"), ("*Drei*", "true"), ("Vier", "false"))
)


@pytest.mark.parametrize(
    ("said", "points"),
    [
        ((True, False, True, False), Fraction(1)),
        ((True, False, True, None), Fraction(3, 4)),
        ((True, False, True, True), Fraction(1, 2)),
        ((True, None, None, None), Fraction(1, 4)),
        ((True, True, None, None), Fraction(0)),
        # Whoever says the same everywhere shows no knowledge.
        ((True, True, True, True), Fraction(0)),
        ((False, True, False, True), Fraction(0)),
        ((False, None, None, None), Fraction(0)),
    ],
)
def test_wrong_judgements_are_taken_from_right_ones_and_open_ones_are_not(
    said: tuple[bool | None, ...], points: Fraction
) -> None:
    assert ITEM.points_for(Judgements(said)) == points


@pytest.mark.parametrize(
    ("said", "extent"),
    [((True, False, False, False), Extent.FULLY), ((False, None, None, None), Extent.PARTLY), ((None,) * 4, Extent.NOTHING)],
)
def test_an_item_is_answered_when_each_statement_is_judged(said: tuple[bool | None, ...], extent: Extent) -> None:
    assert ITEM.extent_of(Judgements(said)) is extent


def test_only_judged_statements_are_commented() -> None:
    assert ITEM.remarks_on(Judgements((False, False, None, None))) == (
        Judgement("Das gilt.", False, "Ja, es gilt.", applies=False),
        Judgement("Das gilt nicht.", True, "Nein.", applies=False),
    )


def test_statements_are_shown_in_the_drawn_order_with_what_was_said() -> None:
    shown = ITEM.show(ORDER, Judgements((True, None, False, None)))
    assert [(row.name, row.html, row.chosen) for row in shown.selects] == [
        ("statement-0", "Auch <em>das</em> gilt.", 0),
        ("statement-1", "Das gilt.", 1),
        ("statement-2", "Das war einmal.", None),
        ("statement-3", "Das gilt nicht.", None),
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"statement-0": ["1"], "statement-3": ["0"]}, (None, False, True, None)),
        # A judgement is taken back by leaving it open.
        ({"statement-0": [""], "statement-1": ["1"], "statement-2": [""]}, (True, None, None, None)),
        ({"statement-0": ["2"], "statement-1": ["true"], "statement-4": ["1"], "statement-²": ["1"]}, None),
        ({"statement-0": []}, None),
    ],
)
def test_a_form_is_read_by_places(fields: dict[str, list[str]], said: tuple[bool | None, ...] | None) -> None:
    assert ITEM.read(ORDER, fields).answer == (Judgements(said) if said else None)


@pytest.mark.parametrize("stored", [[True, False], [True, False, True, "x"], [1, 0, 1, 0], [None] * 5])
def test_an_answer_that_does_not_fit_is_dropped(stored: list[object]) -> None:
    assert ITEM.answer_from({"applies": stored}) is None


def test_authors_write_statements() -> None:
    findings = Findings()
    (read,) = read_pool(TomlSource("pool.toml", POOL, findings).root)
    assert findings.found == []
    assert isinstance(read.item, Matrix)
    assert read.item.statements[2] == Option(markdown.inline("*Drei*"), True, "Weil.")
    assert read.item.right_answer == Judgements((True, False, True, False))


FIRST_TWO = 'correct = true\nfeedback = "Weil."\n[[item.statement]]\ntext = "Zwei"\ncorrect = false\n'


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            '[[item.statement]]\ntext = "Eins"',
            '[[unread]]\ntext = "Eins"',
            "14: Fehler: Die Frage hat 3 Aussagen; es müssen 4 bis 6",
        ),
        (
            FIRST_TWO,
            FIRST_TWO.replace("false", "true"),
            "10: Fehler: Mindestens zwei Aussagen müssen zutreffen und mindestens zwei nicht; hier treffen 3 von 4 zu.",
        ),
        (FIRST_TWO, FIRST_TWO.replace("correct = false\n", ""), "14: Fehler: „correct“ fehlt; erwartet wird true oder false."),
        (FIRST_TWO, FIRST_TWO.replace('feedback = "Weil."\n', ""), "10: Fehler: „feedback“ fehlt"),
        (FIRST_TWO, f"right = true\n{FIRST_TWO}", "12: Fehler: Das Feld „right“ gibt es hier nicht"),
    ],
)
def test_an_authors_mistake_is_reported_where_it_stands(old: str, new: str, expected: str) -> None:
    findings = Findings()
    assert old in POOL
    read_pool(TomlSource("pool.toml", POOL.replace(old, new), findings).root)
    found = [str(finding) for finding in findings.found]
    assert any(finding.startswith(f"pool.toml:{expected}") for finding in found), found
