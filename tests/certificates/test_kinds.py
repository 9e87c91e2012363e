"""Every kind of document: what it says is its own, and nothing else in the house knows one kind from another."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lti_tool.certificates.kinds import ALL_KINDS, KindOfDocument, find_asked_document, kind_of
from lti_tool.certificates.kinds.base import StillMissing
from lti_tool.certificates.kinds.begin_facts import begin_facts
from lti_tool.certificates.kinds.done import Done, LessonsRead, everything_done
from lti_tool.certificates.kinds.participation import Participation
from lti_tool.certificates.kinds.programme_certificate import ProgrammeCertificate
from lti_tool.certificates.kinds.wording import document_title, words_for
from lti_tool.domain.content.programme import Chapter, Module, Programme
from lti_tool.domain.documents.certificate import DocumentKind, Facts, Issuer
from lti_tool.domain.documents.letterhead import LANGUAGES, Letterhead
from lti_tool.domain.rules.course_record import CourseRecord
from lti_tool.errors import NotFound

TODAY = date(2026, 11, 23)
ISSUED_AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
SOURCES = Path(__file__).parents[2] / "lti_tool"
every_kind = pytest.mark.parametrize("kind", ALL_KINDS, ids=lambda kind: str(kind.kind))


@pytest.fixture
def done(programme: Programme) -> Done:
    return everything_done(programme, began_on=date(2026, 9, 1), on=TODAY, draft_title="Strategie")


@pytest.fixture
def first(programme: Programme) -> Module:
    return programme.modules[0]


def facts_of(kind: KindOfDocument, programme: Programme, issuer: Issuer, done: Done, language: str = "de") -> list[Facts]:
    head = Letterhead(issuer_name=issuer.name, language=language)
    begun = begin_facts(programme, head, issuer, name="Ayşe Çelik", now=ISSUED_AT)
    return [kind.add_facts(begun, scope, done, head) for scope in kind.scopes(programme)]


@every_kind
def test_a_kind_is_found_again_by_the_facts_that_it_writes(
    kind: KindOfDocument, programme: Programme, issuer: Issuer, done: Done
) -> None:
    written = facts_of(kind, programme, issuer, done)
    assert written
    assert {type(kind_of(facts.kind)) for facts in written} == {type(kind)}


@every_kind
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_kind_has_all_its_words_in_every_language(
    kind: KindOfDocument, programme: Programme, issuer: Issuer, done: Done, language: str
) -> None:
    for facts in facts_of(kind, programme, issuer, done, language):
        words = words_for(facts)
        assert words["type"] == kind.names[language]
        assert str(words["statement"]).endswith(".")
        assert isinstance(words["columns"], list)
        assert len(words["columns"]) == 4
        assert kind.criteria(facts).strip()
        assert kind.about(facts) in document_title(facts)


@every_kind
def test_who_has_done_everything_gets_it_and_who_has_done_nothing_does_not(
    kind: KindOfDocument, programme: Programme, done: Done
) -> None:
    for scope in kind.scopes(programme):
        assert kind.is_due(scope, done)
        assert not kind.is_due(scope, Done())


@every_kind
def test_what_is_left_of_an_erased_document_still_has_a_title(
    kind: KindOfDocument, programme: Programme, issuer: Issuer, done: Done
) -> None:
    facts = replace(facts_of(kind, programme, issuer, done)[0], modules=(), topics=(), name="")
    assert document_title(facts) == f"{kind.names['de']} {programme.title}"


def test_no_two_documents_share_a_place_in_the_register_nor_an_address(programme: Programme, issuer: Issuer, done: Done) -> None:
    subjects = [kind.subject(scope) for kind in ALL_KINDS for scope in kind.scopes(programme)]
    assert len(set(subjects)) == len(subjects)
    names = [kind.achievement_name(facts) for kind in ALL_KINDS for facts in facts_of(kind, programme, issuer, done)]
    assert len(set(names)) == len(names)
    files = [kind.file_name(programme.slug, kind.subject(scope)) for kind in ALL_KINDS for scope in kind.scopes(programme)]
    assert len(set(files)) == len(files)


def test_the_certificate_waits_for_a_module_a_chapter_and_live_time(programme: Programme, first: Module, done: Done) -> None:
    kind = ProgrammeCertificate()
    (scope,) = kind.scopes(programme)
    chapter = Chapter(1, "Lage", is_restricted=False, fields=())
    for record in (replace(done.record, open_chapters={first.slug: (chapter,)}), replace(done.record, live_share_pct=79)):
        assert not kind.is_due(scope, replace(done, record=record))
    assert not kind.is_due(
        scope, replace(done, completions={slug: at for slug, at in done.completions.items() if slug != first.slug})
    )


def test_a_module_completed_too_long_ago_counts_no_more(programme: Programme, done: Done) -> None:
    kind = ProgrammeCertificate()
    (scope,) = kind.scopes(programme)
    assert kind.is_due(scope, done.counting(date(2028, 11, 23), count_months=24))
    assert not kind.is_due(scope, done.counting(date(2028, 11, 24), count_months=24))
    assert kind.is_due(scope, done.counting(date(2048, 11, 24), count_months=0))


def test_a_confirmation_waits_for_each_lesson_and_for_the_live_part(programme: Programme, first: Module, done: Done) -> None:
    kind = Participation()
    scope = kind.scopes(programme)[0]
    read = done.lessons_of(first)
    all_but_one = replace(read, codes=frozenset(sorted(read.codes)[1:]))
    assert kind.missing(scope, replace(done, lessons={first.slug: all_but_one})) == StillMissing("Noch eine Lektion")
    assert kind.missing(scope, Done()) == StillMissing("Noch %(n)s Lektionen", {"n": 5})
    missed = replace(done, record=replace(done.record, live_left=frozenset({first.slug})))
    assert kind.missing(scope, missed) == StillMissing("Live-Sitzungen noch offen")


def test_a_lesson_that_is_gone_from_the_module_fills_no_gap(programme: Programme, first: Module) -> None:
    read = LessonsRead(frozenset({"1.1", "1.2", "1.3", "1.4", "9.9"}), TODAY, TODAY, "2026.1")
    assert Done(lessons={first.slug: read}).lessons_left(first) == 1


def test_there_is_no_confirmation_of_a_module_without_lessons(programme: Programme, first: Module) -> None:
    empty = replace(programme, modules=(replace(first, lessons=()),))
    assert Participation().scopes(empty) == ()


def test_a_confirmation_without_the_test_is_outdated_once_it_is_passed(
    programme: Programme, issuer: Issuer, first: Module, done: Done
) -> None:
    kind = Participation()
    scope = kind.scopes(programme)[0]
    untested = replace(done, record=CourseRecord())
    facts = facts_of(kind, programme, issuer, untested)[0]
    assert not facts.is_passed
    assert not kind.is_outdated(facts, scope, untested)
    assert kind.is_outdated(facts, scope, done)
    assert not kind.is_outdated(facts_of(kind, programme, issuer, done)[0], scope, done)


def test_what_nobody_may_ask_for_is_not_found(programme: Programme, first: Module) -> None:
    assert find_asked_document(programme, "participation", first.slug).scope.module == first
    for kind, slug in (("certificate", first.slug), ("participation", "nowhere"), ("", ""), ("diploma", first.slug)):
        with pytest.raises(NotFound):
            find_asked_document(programme, kind, slug)


def names_of_kinds(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "DocumentKind":
            yield node.attr


def test_nothing_but_the_list_and_its_own_file_names_a_kind() -> None:
    own = {Path(inspect.getfile(type(kind))).resolve(): {kind.kind.name} for kind in ALL_KINDS}
    own[(SOURCES / "certificates" / "kinds" / "__init__.py").resolve()] = {kind.name for kind in DocumentKind}
    named = {(path, name) for path in SOURCES.rglob("*.py") for name in names_of_kinds(path)}
    strangers = {f"{path.relative_to(SOURCES)}: {name}" for path, name in named if name not in own.get(path.resolve(), set())}
    assert strangers == {
        # What was stored before there were kinds is a certificate, and so is a sample of which nobody chose the kind.
        "certificates/kinds/stored_facts.py: CERTIFICATE",
        "domain/documents/certificate.py: CERTIFICATE",
        "web/pages/teaching/letterhead.py: CERTIFICATE",
    }
