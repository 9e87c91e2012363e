"""A platform's keys change in every way that platforms change them; what it has withdrawn lets nobody in."""

import re
from html import unescape
from threading import Event, Thread
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from lti_tool.platforms.key_set_store import DatabaseKeySetStore
from tests.certification.platform import TOOL_URL, new_key, public_half
from tests.certification.tool import Tool


@pytest.fixture(scope="module")
def next_key(platform_key: RSAKey) -> RSAKey:
    """The platform's next key, under the kid of the one before."""
    return new_key(str(platform_key.kid))


def test_a_key_replaced_under_the_same_kid_gets_in_after_the_cooldown(tool: Tool, next_key: RSAKey) -> None:
    tool.got_in(tool.launch())
    old, tool.key = tool.key, next_key
    tool.key_server.publish(public_half(next_key))
    tool.refused(tool.launch(), "signature_wrong")
    tool.clock.advance(seconds=31)
    tool.got_in(tool.launch())
    tool.refused(tool.launch(key=old), "signature_wrong")
    assert tool.key_server.asked == 2


def test_while_both_keys_stand_under_one_kid_both_get_in(tool: Tool, next_key: RSAKey) -> None:
    tool.key_server.publish(public_half(tool.key), public_half(next_key))
    tool.got_in(tool.launch())
    tool.got_in(tool.launch(key=next_key))
    assert tool.key_server.asked == 1


def test_wrong_signatures_ask_the_platform_once_in_a_cooldown(tool: Tool, foreign_key: RSAKey) -> None:
    tool.got_in(tool.launch())
    tool.clock.advance(seconds=31)
    for _ in range(20):
        tool.refused(tool.launch(key=foreign_key), "signature_wrong")
    assert tool.key_server.asked == 2
    tool.got_in(tool.launch())


def test_a_key_that_the_platform_has_withdrawn_is_good_no_longer_after_a_refresh(tool: Tool, next_key: RSAKey) -> None:
    tool.got_in(tool.launch())
    stolen = tool.key
    fresh = new_key("fresh")
    tool.key_server.publish(public_half(fresh))
    door = tool.app.extensions["parts"].front_door
    tool.clock.advance(minutes=1)
    assert door.key_sets.refresh(door.registrations.by_id(tool.registration_id).registration, now=tool.clock()).after == {"fresh"}
    tool.refused(tool.launch(), "kid_unknown")
    tool.refused(tool.launch(header=tool.header(kid="fresh"), key=stolen), "signature_wrong")
    tool.key = fresh
    tool.got_in(tool.launch())


def test_a_launch_with_the_new_key_ends_the_old_one(tool: Tool) -> None:
    tool.got_in(tool.launch())
    stolen, tool.key = tool.key, new_key("fresh")
    tool.key_server.publish(public_half(tool.key))
    tool.clock.advance(seconds=31)
    tool.got_in(tool.launch())
    tool.refused(tool.launch(header=tool.header(kid=stolen.kid), key=stolen), "kid_unknown")


@pytest.mark.parametrize("change", [{"alg": None}, {"alg": ""}, {"use": None}, {"use": "", "alg": ""}])
def test_a_key_whose_alg_or_use_is_null_or_empty_lets_in(tool: Tool, change: dict[str, Any]) -> None:
    tool.key_server.publish({**public_half(tool.key), **change})
    tool.got_in(tool.launch())


def test_a_key_behind_eighty_others_lets_in(tool: Tool, next_key: RSAKey) -> None:
    tool.key_server.publish(*(public_half(next_key) | {"kid": f"old-{number}"} for number in range(80)), public_half(tool.key))
    tool.got_in(tool.launch())


def test_an_unknown_kid_is_told_as_a_matter_of_keys(tool: Tool) -> None:
    page = tool.launch(header=tool.header(kid="made-up")).get_data(as_text=True)
    assert "Den Schlüssel" in page
    assert "JWKS" in page


class Slow:
    """The platform's key address takes its time; `answers` lets it speak."""

    def __init__(self, tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_asked, self.answers = Event(), Event()
        http = tool.app.extensions["parts"].front_door.key_sets._http
        send = http.send

        def slowly(*what: Any, **how: Any) -> Any:
            self.is_asked.set()
            assert self.answers.wait(20)
            return send(*what, **how)

        monkeypatch.setattr(http, "send", slowly)


def test_a_launch_that_waits_for_keys_comes_again_by_itself_and_gets_in(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(tool, monkeypatch)
    first, second = tool.begin(), tool.begin()
    answers: list[Any] = []
    asking = Thread(target=lambda: answers.append(tool.post(tool.token(first), first.state)))
    asking.start()
    assert slow.is_asked.wait(20)
    waiting = tool.post(tool.token(second), second.state)
    page = waiting.get_data(as_text=True)
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (503, "2")
    assert 'data-send-after="2000"' in page
    assert "Gleich geht es weiter" in page
    slow.answers.set()
    asking.join(20)
    assert answers[0].status_code == 303
    fields = {name: unescape(value) for name, value in re.findall(r'name="([a-z_]+)" value="([^"]*)"', page)}
    assert fields["times"] == "1"
    again = tool.browser.post("/lti/launch", data=fields, base_url=TOOL_URL)
    assert again.status_code == 303


def test_after_many_times_it_says_that_it_does_not_work(tool: Tool) -> None:
    store = DatabaseKeySetStore(tool.app.extensions["parts"].database)
    store.claim_fetch(tool.key_server.url, now=tool.clock(), next_fetch_at=tool.clock.moment.replace(second=30))
    begun = tool.begin()
    token = tool.token(begun)
    for times, words in (("7", "geht es weiter"), ("8", "nicht lesen"), ("x", "nicht lesen"), ("-1", "nicht lesen")):
        answer = tool.post(token, begun.state, times=times)
        assert answer.status_code == 503
        assert words in answer.get_data(as_text=True)
        assert answer.headers["Retry-After"] == "2"
