"""The programme as it is shipped: complete, proof-read, and its questions give nothing away."""

import re
from collections import Counter
from datetime import date

import pytest

from lti_tool.domain.content.case_studies import CaseOutcome
from lti_tool.domain.content.programme import Lesson, Module
from lti_tool.domain.items.choice import ChoiceBase
from lti_tool.programme.check import check
from lti_tool.programme.checks.readability import sentences_of, wiener_sachtextformel, words_of
from lti_tool.programme.formats.findings import ENFORCED, Rule
from lti_tool.programme.formats.markdown import clean
from tests.shipped import SHIPPED_FOLDER, read_programme

PROGRAMME = read_programme(SHIPPED_FOLDER)
LESSONS = [lesson for module in PROGRAMME.modules for lesson in module.lessons]


def test_the_proof_reader_finds_nothing() -> None:
    found = check(SHIPPED_FOLDER, today=date(2026, 11, 23))
    assert [str(finding) for finding in found] == []


def test_every_rule_is_enforced_since_all_texts_keep_it() -> None:
    assert set(Rule) == ENFORCED


def test_there_are_five_modules_with_28_lessons_and_110_items() -> None:
    modules = PROGRAMME.required_modules
    assert [len(module.lessons) for module in modules] == [6, 5, 6, 5, 6]
    assert [len(module.items) for module in modules] == [22] * 5
    assert [13 <= len(module.terms) <= 15 for module in modules] == [True] * 5
    required = [[session.code for session in module.live_sessions if session.is_required] for module in modules]
    assert required == [[f"{module.number}{letter}" for letter in "AB"] for module in modules]
    offers = [session.code for module in modules for session in module.live_sessions if not session.is_required]
    assert offers == ["5C"]  # Schreibwerkstatt Vertiefung
    assert all(module.practice is not None and module.practice.criteria for module in modules)
    assert [len(dimension.levels) for dimension in PROGRAMME.dimensions] == [5] * 8


@pytest.mark.parametrize("module", PROGRAMME.electives, ids=lambda module: module.slug)
def test_an_elective_has_four_lessons_22_items_and_neither_practice_task_nor_session(module: Module) -> None:
    assert (len(module.lessons), len(module.items)) == (4, 22)
    assert (module.practice, module.live_sessions) == (None, ())
    assert {type(item).__name__ for item in module.items} >= {"Matrix", "Case"}
    assert any(item.document_html for item in module.items)


def test_what_a_course_without_electives_reads_links_no_term_of_theirs() -> None:
    offered = PROGRAMME.offering(frozenset())
    linked = {term_id for module in offered.modules for lesson in module.lessons for term_id in lesson.term_ids}
    assert linked - offered.terms.keys() == set()
    texts = " ".join([*(study.body_html for study in offered.library.studies), *(lesson.body_html for lesson in LESSONS[:28])])
    assert set(re.findall(r"#glossar-([a-z0-9-]+)", texts)) - offered.terms.keys() == set()


@pytest.mark.parametrize(
    ("number", "topic"), [(6, "mobilitaet"), (7, "generative-ki"), (8, "verstaendlich")], ids=["mobility", "ai", "plain-language"]
)
def test_each_elective_has_four_lessons_and_22_items_and_no_certificate_asks_for_it(number: int, topic: str) -> None:
    (elective,) = [module for module in PROGRAMME.electives if module.number == number]
    assert topic in elective.slug
    assert len(elective.lessons) == 4
    assert len(elective.items) == 22
    assert elective not in PROGRAMME.required_modules


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.code)
def test_a_lesson_reads_easily(lesson: Lesson) -> None:
    assert wiener_sachtextformel(lesson.text) <= 12
    assert max(len(words_of(sentence)) for sentence in sentences_of(lesson.text)) <= 35
    assert 250 <= len(words_of(lesson.text)) <= 5400
    assert 2 <= len(lesson.self_checks) <= 3
    assert lesson.sources


def test_the_right_option_is_the_longest_in_at_most_a_third_of_the_choice_items() -> None:
    choice_items = [item for module in PROGRAMME.modules for item in module.items if isinstance(item, ChoiceBase)]
    longest = [item.id for item in choice_items if max(item.options, key=lambda option: len(clean(option.html))).is_right]
    assert len(longest) / len(choice_items) <= 0.35, longest


@pytest.mark.parametrize("module", PROGRAMME.modules, ids=lambda module: module.slug)
def test_the_place_of_the_right_option_is_evenly_spread(module: Module) -> None:
    places = Counter([option.is_right for option in item.judged].index(True) for item in module.items if item.has_one_key)
    assert max(places.values()) <= sum(places.values()) / 2
    assert len(places) >= 3


def test_every_objective_is_tested_and_every_item_has_its_feedback() -> None:
    tested = {objective for module in PROGRAMME.modules for item in module.items for objective in item.objectives}
    created = {objective.id for lesson in LESSONS for objective in lesson.objectives if objective.bloom == "erschaffen"}
    assert {objective.id for lesson in LESSONS for objective in lesson.objectives} - tested - created == set()
    assert all(option.feedback_html for module in PROGRAMME.modules for item in module.items for option in item.judged)


@pytest.mark.parametrize("case_id", ["anhalt-bitterfeld", "potsdam-abschaltung", "suedwestfalen-it"])
def test_an_attack_that_is_over_was_overcome_and_is_no_part_of_everyday_work(case_id: str) -> None:
    study = PROGRAMME.library.find(case_id)
    assert study is not None
    assert (study.outcome, study.ended > 0) == (CaseOutcome.OVERCOME, True)
