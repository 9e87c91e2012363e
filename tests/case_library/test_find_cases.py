"""Finding cases: what fits, how many each choice would leave, and what to give up where nothing fits."""

from lti_tool.case_library.find_cases import WORDS_MAX, find_cases
from lti_tool.domain.content.case_studies import Wanted
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.words.folding import fold
from tests.shipped import read_programme

PROGRAMME: Programme = read_programme()
ALL = len(PROGRAMME.library.studies)


def found(wanted: Wanted, marked: tuple[str, ...] = (), *, only_marked: bool = False) -> set[str]:
    return {study.id for study in find_cases(PROGRAMME, wanted, marked, only_marked=only_marked).cases}


def test_nothing_asked_for_gives_all_cases_by_their_titles() -> None:
    page = find_cases(PROGRAMME, Wanted(), ())
    assert (len(page.cases), page.is_narrowed) == (ALL, False)
    assert [fold(study.title) for study in page.cases] == sorted(fold(study.title) for study in page.cases)


def test_a_word_is_found_in_places_texts_and_topics_however_it_is_typed() -> None:
    assert "parksensoren" in found(Wanted(words="PARKEN"))
    assert found(Wanted(words="Haßfurt")) == found(Wanted(words="hassfurt")) != set()
    assert "parksensoren" in found(Wanted(words="ladenburg mobilität"))


def test_the_count_beside_a_choice_is_what_choosing_it_gives() -> None:
    page = find_cases(PROGRAMME, Wanted(topic="mobilitaet"), ())
    for one in page.filters["measure"].choices:
        assert one.count == len(found(Wanted(topic="mobilitaet", measure=one.value)))
    assert sum(one.count for one in page.filters["measure"].choices) == len(page.cases)
    # The list of topics itself shows what another topic would give.
    assert all(one.count == len(found(Wanted(topic=one.value))) for one in page.filters["topic"].choices)


def test_a_value_that_no_list_has_counts_as_not_chosen() -> None:
    page = find_cases(PROGRAMME, Wanted(topic="<script>", size="riesig", land="XX"), ())
    assert (len(page.cases), page.wanted) == (ALL, Wanted())


def test_endless_words_are_cut() -> None:
    assert len(find_cases(PROGRAMME, Wanted(words="a b " * 5000), ()).wanted.words) <= WORDS_MAX


def test_where_nothing_fits_it_says_which_choice_to_give_up_and_what_there_is_then() -> None:
    wanted = Wanted(words="parken", topic="beteiligung", size="klein")
    page = find_cases(PROGRAMME, wanted, ())
    assert page.cases == ()
    assert {way.name: way.count for way in page.ways_out} == {
        "words": len(found(Wanted(topic="beteiligung", size="klein"))),
        "size": len(found(Wanted(words="parken", topic="beteiligung"))),
    }
    assert found(Wanted(words="parken", size="klein")) == set()


def test_only_marked_ones_can_be_asked_for_and_given_up() -> None:
    assert found(Wanted(), ("parksensoren", "gone"), only_marked=True) == {"parksensoren"}
    page = find_cases(PROGRAMME, Wanted(words="dorfgemeinschaft"), ("parksensoren",), only_marked=True)
    assert [way.name for way in page.ways_out] == ["words", "marked"]
