"""Logins, addresses, origins: the small things that everything hangs on."""

from datetime import timedelta

import pytest

from lti_tool.lti.addresses import OwnAddresses
from lti_tool.lti.json_shapes import origin_of
from lti_tool.lti.launching.state import PendingLogin, Seals, digest_of
from lti_tool.lti.login_initiation import LoginInitiation
from lti_tool.platforms.launching.module_pages import _named_by, is_module_page
from tests.lti.recording_platform import NOW

SECRET = "s" * 40
OWN = OwnAddresses("https://tool.test", is_module_page)


def test_a_state_carries_the_login_that_led_to_it() -> None:
    initiation = LoginInitiation("https://moodle.test", "4", "https://tool.test/lti/launch", "c", '{"cmid":95}', "6")
    seals = Seals(SECRET)
    key, state = seals.seal_state(initiation, now=NOW)
    opened = seals.open_state(state)
    assert opened is not None
    assert (opened.key, opened.initiation) == (key, initiation)


def test_a_state_leaves_out_a_login_too_long_to_carry() -> None:
    initiation = LoginInitiation("https://moodle.test", "4", "https://tool.test/lti/launch", message_hint="x" * 2000)
    _, state = Seals(SECRET).seal_state(initiation, now=NOW)
    opened = Seals(SECRET).open_state(state)
    assert opened is not None
    assert opened.initiation is None
    assert len(state) < 250


def test_every_login_has_a_key_of_its_own() -> None:
    initiation = LoginInitiation("https://moodle.test", "4", "https://tool.test/lti/launch")
    keys = {Seals(SECRET).seal_state(initiation, now=NOW)[0] for _ in range(100)}
    assert len(keys) == 100


def test_a_login_cookie_gives_back_what_it_holds_and_ends_after_ten_minutes() -> None:
    seals = Seals(SECRET)
    login = PendingLogin("key", digest_of("state"), "nonce", "https://moodle.test", "c", "https://tool.test/lti/launch", 0)
    login = PendingLogin(*[*(getattr(login, name) for name in login.__slots__[:-1]), int(NOW.timestamp())])
    cookie = seals.seal_login(login)
    assert cookie.name == "__Host-login-key"
    assert cookie.max_age_s == 600
    assert seals.open_login(cookie.value) == login
    assert not login.is_expired(NOW + timedelta(seconds=600))
    assert login.is_expired(NOW + timedelta(seconds=601))
    assert login.is_expired(NOW - timedelta(seconds=61))


def test_a_state_does_not_pass_as_a_cookie() -> None:
    initiation = LoginInitiation("https://moodle.test", "4", "https://tool.test/lti/launch")
    seals = Seals(SECRET)
    assert seals.open_login(seals.seal_state(initiation, now=NOW)[1]) is None


@pytest.mark.parametrize(
    ("target", "module"),
    [
        ("https://tool.test/lti/launch", None),
        ("https://tool.test/lti/launch?item=a%20b", None),
        ("https://tool.test", None),
        ("https://tool.test/", None),
        ("https://tool.test/?x=1", None),
        ("https://tool.test/modules/", None),
        ("https://tool.test/modules/grundlagen-und-strategie", "grundlagen-und-strategie"),
        ("https://tool.test/modules/grundlagen-und-strategie/quiz?x=1", "grundlagen-und-strategie"),
    ],
)
def test_own_targets_are_known_and_name_their_module(target: str, module: str | None) -> None:
    assert OWN.is_own_target(target)
    assert _named_by(OWN.path_of(target) or "") == module


@pytest.mark.parametrize(
    "target",
    [
        "",
        "https://tool.test.evil.example",
        "https://tool.test//",
        "https://tool.test#",
        "https://tool.test/modules/A",
        "https://tool.test/lti/launchx",
    ],
)
def test_other_addresses_are_no_targets(target: str) -> None:
    assert not OWN.is_own_target(target)


def test_without_pages_only_the_launch_address_and_the_host_are_targets() -> None:
    bare = OwnAddresses("https://tool.test")
    assert bare.is_own_target("https://tool.test/lti/launch?item=1")
    assert bare.is_own_target("https://tool.test/")
    assert not bare.is_own_target("https://tool.test/modules")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://moodle.test/mod/lti?x=1", "https://moodle.test"),
        ("https://moodle.test:443/", "https://moodle.test"),
        ("http://127.0.0.1:8001/x", "http://127.0.0.1:8001"),
        ("http://[::1]:8001/x", "http://[::1]:8001"),
        ("https://MOODLE.test/", "https://moodle.test"),
        ("https://a@moodle.test/", None),
        ("https://moodle.test\\@evil.example", None),
        ("https://moodle.test /", None),
        ("https://moodle.test:99999/", None),
        ("https://münchen.test/", None),
        ("javascript:alert(1)", None),
        ("//moodle.test", None),
        ("https://", None),
        ("http://[", None),
        ("https://moodle.test/\n", None),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, origin: str | None) -> None:
    assert origin_of(url) == origin
