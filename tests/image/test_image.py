"""The container image: a participant launches a module in it, and it keeps to its walls.

Runs on what `make image` has built (docker/build-image.sh calls it): buildah, debootstrap and root are needed for that.
"""

import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import requests

from lti_tool.playground.platform import Playground
from lti_tool.playground.server import serve_in_thread
from tests.installation import free_port

IN_IMAGE = Path(__file__).parent.parent.parent / "docker" / "in-image.sh"
USER = 10001
SECRET = "only-for-this-test-0123456789abcdef"

pytestmark = pytest.mark.skipif(
    os.environ.get("LTI_TOOL_TEST_IMAGE") != "1", reason="needs the image: `make image` builds it (as root) and runs these tests"
)


@dataclass
class Container:
    """The image with a data folder; each call is a process of its own with a read-only root."""

    data: Path
    url: str
    log: Path

    def command(self, *arguments: str) -> list[str]:
        port = urlsplit(self.url).port
        settings = [f"LTI_TOOL_PUBLIC_URL={self.url}", f"LTI_TOOL_SECRET_KEY={SECRET}", f"LTI_TOOL_BIND=127.0.0.1:{port}"]
        # The image says production, and there platforms are on https only; the playground speaks plain http on loopback.
        return [str(IN_IMAGE), str(self.data), "LTI_TOOL_ENVIRONMENT=development", *settings, *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Container:
    data = tmp_path_factory.mktemp("data")
    os.chown(data, USER, USER)
    container = Container(data, f"http://localhost:{free_port()}", tmp_path_factory.mktemp("log") / "serve.log")
    for arguments in (("migrate",), ("keys", "new")):
        done = container.run(*arguments)
        assert done.returncode == 0, done.stderr
    return container


@pytest.fixture(scope="module")
def lms(container: Container) -> Iterator[Playground]:
    lms = Playground("http://127.0.0.1:0")
    with serve_in_thread(lms):
        lms.register_tool(container.url)
        yield lms


@pytest.fixture(scope="module")
def served(container: Container, lms: Playground) -> Iterator[Container]:
    """Connect the image's tool with the platform and serve it."""
    offered = lms.registration()
    options = ("issuer", "client_id", "auth_login_url", "token_url", "jwks_url")
    named = [word for option in options for word in (f"--{option.replace('_', '-')}", offered[option])]
    added = container.run("registrations", "add", "--name", "Playground", *named, "--deployment", offered["deployment_ids"][0])
    assert added.returncode == 0, added.stderr
    with container.log.open("wb") as output:
        process = subprocess.Popen(container.command("serve"), stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait_until_served(container, process)
        yield container
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def _wait_until_served(container: Container, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{container.url}/readyz", timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the image does not serve:\n{container.log.read_text(errors='replace')}")


def test_a_participant_launches_a_module_in_the_image(served: Container, lms: Playground) -> None:
    browser = requests.Session()
    login = browser.post(
        f"{served.url}/lti/login", data=lms.initiate("participant01", "grundlagen-und-strategie"), allow_redirects=False
    )
    assert login.status_code == 302
    launch_url, form = lms.authenticate(dict(parse_qsl(urlsplit(login.headers["Location"]).query)))
    # The cookies are for https and, in browsers, for localhost; this client takes that literally.
    cookies = {cookie.name: cookie.value or "" for cookie in browser.cookies}
    launched = requests.post(launch_url, data=form, cookies=cookies, allow_redirects=False, timeout=20)
    assert launched.status_code == 303, served.log.read_text(errors="replace")
    page = requests.get(
        f"{served.url}{launched.headers['Location']}",
        cookies={cookie.name: cookie.value or "" for cookie in launched.cookies},
        timeout=20,
    )
    assert page.status_code == 200, served.log.read_text(errors="replace")
    assert "Digitale Transformation und Smart City" in page.text


def test_a_launch_with_a_changed_token_is_refused_in_the_image(served: Container, lms: Playground) -> None:
    login = requests.get(
        f"{served.url}/lti/login?{urlencode(lms.initiate('participant02', 'technologien-und-daten'))}",
        allow_redirects=False,
        timeout=20,
    )
    launch_url, form = lms.authenticate(dict(parse_qsl(urlsplit(login.headers["Location"]).query)))
    header, claims, signature = form["id_token"].split(".")
    form["id_token"] = f"{header}.{claims[:-4]}AAAA.{signature}"
    cookies = {cookie.name: cookie.value or "" for cookie in login.cookies}
    refused = requests.post(launch_url, data=form, cookies=cookies, allow_redirects=False, timeout=20)
    assert 400 <= refused.status_code < 500


def test_the_image_runs_as_its_own_user_with_nothing_to_write_to_but_its_data(container: Container) -> None:
    container.run("--version")
    assert {path.stat().st_uid for path in container.data.rglob("*")} == {USER}


def test_signing_keys_in_the_image_are_for_its_user_alone(container: Container) -> None:
    (key,) = (container.data / "keys").glob("*.pem")
    assert key.stat().st_mode & 0o777 == 0o600


def test_production_in_the_image_refuses_a_missing_secret(container: Container) -> None:
    refused = subprocess.run(
        [str(IN_IMAGE), str(container.data), f"LTI_TOOL_PUBLIC_URL={container.url}", "db", "current"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert refused.returncode == 1
    assert "SECRET_KEY" in refused.stderr


def test_an_lti_tool_command_in_the_image_prints_its_help(container: Container) -> None:
    shown = container.run("registrations", "--help")
    assert shown.returncode == 0
    assert "disable" in shown.stdout
