"""The wheel, installed into an empty environment outside the checkout, serves the same story."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext

from lti_tool.domain.content.programme import Programme
from tests.browser.story import from_launch_to_verified_certificate
from tests.installation import Installation, installed

pytestmark = [pytest.mark.browser, pytest.mark.journey]
ROOT = Path(__file__).parent.parent.parent


def run(*command: str, cwd: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def from_wheel(sqlite_url: str, tmp_path: Path, keys_folder: Path) -> Iterator[Installation]:
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "dist"), cwd=ROOT)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    run(sys.executable, "-m", "venv", str(tmp_path / "venv"), cwd=tmp_path)
    python = str(tmp_path / "venv" / "bin" / "python")
    quiet = ("--quiet", "--disable-pip-version-check")
    run(python, "-m", "pip", "install", *quiet, "--require-hashes", "-r", str(ROOT / "requirements.txt"), cwd=tmp_path)
    run(python, "-m", "pip", "install", *quiet, "--no-deps", str(wheel), cwd=tmp_path)
    folder = tmp_path / "installation"
    folder.mkdir()
    with installed(folder, sqlite_url, keys_folder, program=str(tmp_path / "venv" / "bin" / "lti-tool")) as running:
        yield running
        print(running.logs())


def test_the_wheel_serves_the_whole_story(
    browser: Browser, context: BrowserContext, from_wheel: Installation, programme: Programme
) -> None:
    from_launch_to_verified_certificate(browser, context, from_wheel, programme)
