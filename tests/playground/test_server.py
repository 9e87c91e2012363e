"""The playground on a real port: it fails on request, keeps its data, and fetches the tool's keys."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

import lti_tool
from lti_tool.errors import ConfigurationError
from lti_tool.playground import Playground, Served, main, serve_in_thread
from lti_tool.playground.launching.signing import new_key, public_half, sign

CERTS = "/mod/lti/certs.php"
TIMEOUT_S = 5


@pytest.fixture
def served(lms: Playground) -> Iterator[Served]:
    with serve_in_thread(lms) as served:
        yield served


def get(served: Served, path: str = CERTS, timeout_s: float = TIMEOUT_S) -> requests.Response:
    with requests.Session() as session:
        return session.get(served_url(served, path), timeout=timeout_s)


def served_url(served: Served, path: str) -> str:
    return f"{served.base_url}{path}"


def test_a_free_port_becomes_the_issuer(lms: Playground, served: Served) -> None:
    assert served.base_url == lms.issuer
    assert get(served, "/mod/lti/openid-configuration.php").json()["issuer"] == lms.issuer
    assert lms.registration() == {
        "issuer": lms.issuer,
        "client_id": "playground-tool",
        "auth_login_url": f"{lms.issuer}/mod/lti/auth.php",
        "token_url": f"{lms.issuer}/mod/lti/token.php",
        "jwks_url": f"{lms.issuer}/mod/lti/certs.php",
        "deployment_ids": ["1"],
    }


def test_the_date_header_follows_the_playgrounds_clock(lms: Playground, served: Served) -> None:
    lms.move_clock(-90)
    answer = get(served)
    assert answer.raw.headers.getlist("Date") == ["Mon, 23 Nov 2026 05:28:30 GMT"]


def test_a_status_is_answered_as_often_as_asked(lms: Playground, served: Served) -> None:
    lms.answer_next(503, times=2)
    assert [get(served).status_code for _ in range(3)] == [503, 503, 200]


def test_a_failure_waits_for_its_service(lms: Playground, served: Served) -> None:
    lms.answer_next(500, service="token")
    assert get(served).status_code == 200
    assert get(served, "/mod/lti/token.php").status_code == 500


def test_too_many_requests_say_when_to_come_back(lms: Playground, served: Served) -> None:
    lms.answer_next(429, retry_after=2)
    answer = get(served)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "2"


def test_pages_are_never_spoilt(lms: Playground, served: Served) -> None:
    lms.answer_next(503)
    assert get(served, "/").status_code == 200


def test_a_hanging_answer_times_out(lms: Playground, served: Served) -> None:
    lms.hang_next(30)
    with pytest.raises(requests.ReadTimeout):
        get(served, timeout_s=0.2)


def test_a_slow_answer_comes_in_the_end(lms: Playground, served: Served) -> None:
    lms.hang_next(0.2)
    began = time.monotonic()
    assert get(served).status_code == 200
    assert time.monotonic() - began >= 0.2


def test_a_connection_is_reset(lms: Playground, served: Served) -> None:
    lms.reset_next()
    with pytest.raises(requests.ConnectionError, match="reset"):
        get(served)
    assert get(served).status_code == 200


def test_after_the_work_only_the_answer_is_lost(lms: Playground, served: Served, tool_key: RSAKey) -> None:
    now = int(lms.site.now().timestamp()) - 30
    assertion = sign(
        {
            "iss": "playground-tool",
            "sub": "playground-tool",
            "aud": f"{lms.issuer}/mod/lti/token.php",
            "iat": now,
            "exp": now + 300,
            "jti": "j-1",
        },
        tool_key,
        {"alg": "RS256", "kid": tool_key.kid},
    )
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
        "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    }
    token = requests.post(f"{lms.issuer}/mod/lti/token.php", data=form, timeout=TIMEOUT_S).json()["access_token"]
    line_item, _, query = lms.line_item_url("grundlagen-und-strategie").partition("?")
    score = {
        "userId": "4",
        "timestamp": "2026-11-23T05:30:00Z",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 7,
        "scoreMaximum": 10,
    }
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/vnd.ims.lis.v1.score+json"}
    lms.reset_next(service="scores", after_work=True)
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{line_item}/scores?{query}", json=score, headers=headers, timeout=TIMEOUT_S)
    grade = lms.grade("4", "grundlagen-und-strategie")
    assert grade is not None
    assert grade.score == 70


def test_stopping_twice_does_no_harm(lms: Playground) -> None:
    served = serve_in_thread(lms)
    served.stop()
    served.stop()


@pytest.fixture
def tool_server() -> Iterator[tuple[str, list[RSAKey], list[str]]]:
    """A tool that publishes what is in the list of keys, and notes who fetches."""
    app, keys, fetched = Flask(__name__), list[RSAKey](), list[str]()

    @app.get("/lti/jwks")
    def jwks() -> dict[str, object]:
        fetched.append("jwks")
        return {"keys": [public_half(key) for key in keys]}

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", keys, fetched
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_tools_keys_are_fetched_once_and_again_when_a_check_fails(
    platform_key: RSAKey, tool_server: tuple[str, list[RSAKey], list[str]]
) -> None:
    url, keys, fetched = tool_server
    lms = Playground("http://127.0.0.1:8001", signing_key=platform_key)
    lms.register_tool(url)
    old, new = new_key(), new_key()
    keys.append(old)

    def ask(key: RSAKey, jti: str) -> int:
        now = int(lms.site.now().timestamp()) - 30
        claims = {"iss": "playground-tool", "sub": "playground-tool", "aud": lms.issuer, "iat": now, "exp": now + 99}
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": sign({**claims, "jti": jti}, key, {"alg": "RS256", "kid": key.kid}),
            "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score",
        }
        return lms.tokens.request(form).status

    assert [ask(old, "a"), ask(old, "b")] == [200, 200]
    assert len(fetched) == 1
    assert ask(new, "c") == 400
    keys.append(new)
    assert ask(new, "d") == 200
    assert ask(old, "e") == 200
    assert len(fetched) == 3


def test_an_unreachable_tool_gets_no_token(lms: Playground) -> None:
    lms.register_tool("http://127.0.0.1:9", deployment_id="2", client_id="gone", with_modules=False)
    now = int(lms.site.now().timestamp())
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": sign({"sub": "gone", "iat": now}, new_key(), {"alg": "RS256", "kid": "k"}),
        "scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score",
    }
    assert lms.tokens.request(form).status == 400


def test_with_a_folder_everything_is_there_after_a_restart(tmp_path: Path, tool_key: RSAKey) -> None:
    first = Playground("http://127.0.0.1:8001", tmp_path)
    first.register_tool("http://localhost:8000", jwks={"keys": [public_half(tool_key)]})
    first.rotate_key()
    first.suspend("participant05")
    second = Playground("http://127.0.0.1:8001", tmp_path)
    second.register_tool("http://localhost:8000", jwks={"keys": [public_half(tool_key)]})
    assert second.site.state == first.site.state
    assert second.site.public_jwks() == first.site.public_jwks()
    assert len(second.activities) == 5
    assert (tmp_path / "playground.json").stat().st_mode & 0o777 == 0o600


def test_a_tool_that_moves_takes_its_activities_along(lms: Playground) -> None:
    lms.register_tool("http://localhost:9000")
    assert {activity.url for activity in lms.activities} == {"http://localhost:9000/lti/launch"}


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_a_port_in_use_is_named(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(ConfigurationError, match=f"127.0.0.1:{taken_port}"):
        main(f"127.0.0.1:{taken_port}", "http://localhost:8000", tmp_path, environment="development")


def test_as_a_program_it_runs_until_interrupted(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        "from pathlib import Path; from lti_tool.playground import main; "
        f"main('127.0.0.1:{port}', 'http://localhost:8000', Path({str(tmp_path)!r}), environment='development')"
    )
    root = Path(lti_tool.__file__).parent.parent
    # A run in the background (`make test &`) hands down that interrupts are ignored; this program is to hear one.
    hear = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731
    with subprocess.Popen([sys.executable, "-c", code], cwd=root, preexec_fn=hear) as program:
        try:
            assert fetched_within(f"http://127.0.0.1:{port}/course", 20).status_code == 200
        finally:
            program.send_signal(signal.SIGINT)
        assert program.wait(10) == 0
    assert (tmp_path / "playground.json").exists()


def fetched_within(url: str, seconds: float) -> requests.Response:
    until = time.monotonic() + seconds
    while True:
        try:
            return requests.get(url, timeout=TIMEOUT_S)
        except requests.ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_in_production_the_playground_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        main("127.0.0.1:0", "http://localhost:8000", tmp_path, environment="production")
