"""A document has one page with the code on it, whatever stands on it, and nothing of it runs off the paper."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from lti_tool.certificates.documents.typeset import pictures, scale_of, typeset
from lti_tool.certificates.kinds.preview_facts import preview_facts
from lti_tool.domain.content.programme import Programme
from lti_tool.domain.documents.certificate import DocumentKind, Facts, Issuer
from lti_tool.domain.documents.letterhead import Letterhead, Signatory

ISSUED_AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 40"><rect width="100" height="40" fill="#17427a"/></svg>'
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 4
PATH = "SCM_2026_Herbst_Durchgang_03_Brandenburg_" * 5
WIDEST = "W" * 200
SENTENCE = "Dieses Zertifikat wird von kommunalen Spitzenverbänden als Nachweis der Fortbildung anerkannt und gilt überall. " * 2
LINE = st.sampled_from(["", "Kurz", LONG_WORD, PATH, WIDEST, SENTENCE]).map(lambda text: text[:200])
TYPED = {
    "name": LINE.filter(bool),
    "title": LINE,
    "note": LINE,
    "issuer_name": LINE.filter(bool),
    "issuer_url": st.sampled_from(["", f"https://{PATH}"[:200], "https://akademie.example"]),
    "draft_title": LINE.map(lambda text: text[:160]),
    "course": LINE.map(lambda text: text[:160]),
    "signatories": st.lists(st.builds(Signatory, LINE.filter(bool), LINE), max_size=3).map(tuple),
    "valid_until": st.sampled_from([None, date(2029, 11, 23)]),
    "language": st.sampled_from(["de", "en"]),
}


def full(facts: Facts) -> Facts:
    """The case that was reported: three ordinary signatories, a note, a draft, a course, a validity."""
    people = (
        Signatory("Dr. Ingeborg Mustermann-Beispiel", "Leiterin der Akademie für kommunale Digitalisierung"),
        Signatory("Prof. Dr.-Ing. Karl-Friedrich von Musterhausen", "Wissenschaftliche Leitung des Programms"),
        Signatory("Şeyma Yılmaz", "Lernbegleitung"),
    )
    return replace(
        facts,
        signatories=people,
        note=SENTENCE[:190],
        draft_title="Gemeinsam, offen, nachhaltig: Digitalstrategie der Stadt Musterhausen an der Havel 2027 bis 2032",
        course="Smart-City-Manager:in Herbst 2026, Durchgang 3, Landkreis Potsdam-Mittelmark",
        valid_until=date(2029, 11, 23),
    )


def check_paper(facts: Facts, logo_svg: str = "") -> None:
    """One page, the whole code on it, and all margins white but the coloured edge."""
    pages = PdfReader(io.BytesIO(typeset(facts, issued_at=ISSUED_AT, logo_svg=logo_svg))).pages
    assert len(pages) == 1
    text = pages[0].extract_text().replace("\u200b", "")
    assert "3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGT" in text
    (picture,) = pictures(facts, logo_svg=logo_svg)
    page = Image.open(io.BytesIO(picture)).convert("L")
    mm = page.width / 210
    margins = {
        "right": (round(185 * mm), 0, page.width, page.height),
        "bottom": (round(9 * mm), round(280 * mm), page.width, page.height),
        "left": (round(9 * mm), 0, round(25.5 * mm), page.height),
        "top": (round(9 * mm), 0, page.width, round(18 * mm)),
    }
    for name, box in margins.items():
        assert page.crop(box).getextrema() == (255, 255), name


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", list(DocumentKind))
def test_the_emptiest_and_the_fullest_case_have_one_page(facts: Facts, kind: DocumentKind, language: str) -> None:
    topics = tuple(f"{number}. Grundlagen und Strategie der Digitalisierung in der kommunalen Verwaltung" for number in range(9))
    participation: dict[str, Any] = {"modules": facts.modules[:1], "topics": topics, "is_passed": True}
    of_kind = replace(facts, kind=kind, language=language, **(participation if kind is DocumentKind.PARTICIPATION else {}))
    check_paper(of_kind)
    check_paper(full(of_kind), LOGO)


def test_an_ordinary_document_is_as_large_as_it_was_meant(facts: Facts) -> None:
    assert scale_of(facts) == 1
    assert scale_of(full(facts), logo_svg=LOGO) >= 0.76


@pytest.mark.parametrize(
    "course", ["SmartCityManagerinBrandenburgHerbst2026Gruppe3", "SCM_2026_Herbst_Durchgang_03_Brandenburg", LONG_WORD[:160]]
)
def test_a_course_that_is_one_long_word_stays_on_the_paper(facts: Facts, course: str) -> None:
    check_paper(replace(facts, course=course))


@pytest.mark.parametrize("view", ["0 0 10000 10", "0 0 10 10000", "0 0 10 10"])
def test_a_logo_of_any_shape_leaves_room_for_the_issuer(facts: Facts, view: str) -> None:
    width, height = view.split()[2:]
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><rect width="{width}" height="{height}"/></svg>'
    check_paper(replace(facts, issuer_name="Akademie für kommunale Digitalisierung des Landes Brandenburg"), svg)
    assert scale_of(facts, logo_svg=svg) == 1


# Not made smaller where one fails: each is drawn twice.
@settings(max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.fixed_dictionaries(TYPED), is_participation=st.booleans(), has_logo=st.booleans())
def test_whatever_is_typed_stays_on_the_one_page(
    facts: Facts, typed: dict[str, Any], is_participation: bool, has_logo: bool
) -> None:
    changed = replace(facts, **typed)
    if is_participation:
        changed = replace(
            changed, kind=DocumentKind.PARTICIPATION, modules=facts.modules[:1], topics=(LONG_WORD[:200], *"ABCDEFGH")
        )
    check_paper(changed, LOGO if has_logo else "")


def test_the_longest_of_everything_together_stays_on_the_one_page(facts: Facts) -> None:
    for text in (LONG_WORD[:200], WIDEST, SENTENCE[:200]):
        check_paper(
            replace(
                facts,
                name=text,
                title=text,
                note=text,
                issuer_name=text,
                issuer_url=f"https://{text}"[:200],
                programme_title=text,
                draft_title=text[:160],
                course=text[:160],
                signatories=(Signatory(text, text),) * 3,
                valid_until=date(2029, 11, 23),
                verify_url="https://" + "subdomain-" * 14 + ".example/verify/3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGT",
            ),
            LOGO,
        )


@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("kind", list(DocumentKind))
def test_samples_show_what_issued_documents_have(programme: Programme, issuer: Issuer, kind: DocumentKind, is_full: bool) -> None:
    sample = preview_facts(programme, issuer, Letterhead(language="de"), kind, is_full=is_full, now=ISSUED_AT)
    assert sample.course
    assert bool(sample.draft_title) == (kind is DocumentKind.CERTIFICATE)
    assert len(PdfReader(io.BytesIO(typeset(sample, issued_at=ISSUED_AT))).pages) == 1
