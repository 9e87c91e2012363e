"""Refusals of the protocol in words: every code has some, in both languages."""

import re
from pathlib import Path

import pytest

from lti_tool.errors import NotFound, ToolError
from lti_tool.lti.errors import LaunchRefusal, LaunchRejected, ServiceRefused, ServiceUnavailable
from lti_tool.lti.launching.deep_linking import DeepLinkingProblem, DeepLinkingRefused
from lti_tool.lti.registering.registration_failed import RegistrationFailed, RegistrationProblem
from lti_tool.lti.transport import guarded_fetch
from lti_tool.web.failures.refusal_texts import text_of
from lti_tool.web.translations import in_english

REFUSALS: list[ToolError] = [
    *map(LaunchRejected, LaunchRefusal),
    *(RegistrationFailed(each, detail="https://moodle.test", platform_status=418) for each in RegistrationProblem),
    *map(DeepLinkingRefused, DeepLinkingProblem),
    ServiceRefused("http_404"),
    ServiceUnavailable("timeout"),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{type(refusal).__name__}-{refusal.code}")
def test_every_code_has_a_text_and_a_next_step(refusal: ToolError) -> None:
    text = text_of(refusal)
    assert 400 <= text.status < 600
    for sentence in (text.message, text.next_step):
        german = sentence % text.values if text.values else sentence
        assert re.fullmatch(r"[A-ZÄÖÜ].*[.]", german)
        assert in_english(sentence, **text.values) != german
        assert "%(" not in german


def test_what_moodle_says_of_a_used_token_is_explained() -> None:
    failure = RegistrationFailed(RegistrationProblem.REFUSED, platform_answer='"token_already_used"')
    assert "schon abgeschlossen" in text_of(failure).next_step


def test_a_launch_that_waits_for_keys_says_when_to_come_again() -> None:
    assert text_of(LaunchRejected(LaunchRefusal.KEYS_AWAITED)).status == 503
    assert LaunchRejected(LaunchRefusal.KEYS_AWAITED).retry_after_s == 2
    assert LaunchRejected(LaunchRefusal.KEYS_UNAVAILABLE).retry_after_s is None


def test_any_other_refusal_speaks_for_itself() -> None:
    text = text_of(NotFound("%(what)s fehlt.", next_step="Suchen.", what="Es"))
    assert (text.status, text.message, text.next_step, text.values) == (404, "%(what)s fehlt.", "Suchen.", {"what": "Es"})


def test_what_a_fetch_ends_with_is_a_problem_of_a_registration() -> None:
    """`dynamic_registration` turns the codes of `guarded_fetch` into its own."""
    source = Path(guarded_fetch.__file__).read_text("utf-8")
    codes = set(re.findall(r'Service(?:Refused|Unavailable)\("([a-z_]+)"', source))
    assert len(codes) > 8
    assert codes <= set(RegistrationProblem)
