"""Asks whether the addresses that lessons name still answer; only when an author wants to know."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lti_tool.errors import ToolError
from lti_tool.lti.transport.guarded_fetch import GuardedHttp

AT_ONCE = 4
MOST_LINKS = 200
_WORDS = {
    "unknown_host": "Den Namen dieses Servers kennt niemand.",
    "timeout": "Der Server antwortet nicht in der erwarteten Zeit.",
    "tls": "Das Zertifikat des Servers gilt nicht.",
    "not_https": "Die Adresse beginnt nicht mit https.",
    "private_address": "Die Adresse führt in ein privates Netz.",
    "bad_address": "Das ist keine Adresse, die sich öffnen lässt.",
}


@dataclass(frozen=True)
class LinkAnswer:
    url: str
    is_alive: bool
    sentence: str = ""


def check_links(urls: Sequence[str], http: GuardedHttp) -> tuple[LinkAnswer, ...]:
    """Ask each address once, a few at the same time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return tuple(pool.map(lambda url: _ask(url, http), urls[:MOST_LINKS]))


def _ask(url: str, http: GuardedHttp) -> LinkAnswer:
    try:
        answer = http.send("GET", url)
    except ToolError as err:
        if err.code == "redirect":
            return LinkAnswer(url, is_alive=True, sentence="Die Adresse leitet weiter.")
        # Whoever sends more than we read is there.
        if err.code == "answer_too_large":
            return LinkAnswer(url, is_alive=True)
        return LinkAnswer(url, is_alive=False, sentence=_WORDS.get(err.code, "Der Server ist nicht zu erreichen."))
    if answer.status in (401, 403, 405, 429):
        return LinkAnswer(
            url, is_alive=True, sentence=f"Der Server antwortet Programmen nicht ({answer.status}); bitte von Hand öffnen."
        )
    return LinkAnswer(url, answer.status < 400, "" if answer.status < 400 else f"Der Server meldet {answer.status}.")
