"""What processes hold from their start: libraries that few requests need are read with the first of these."""

import subprocess
import sys

import pytest

# Megabytes of resident memory each, measured with what they pull in: odfdo and lxml 8, docx 9, xlsxwriter 2, segno 1.
LARGE = ("odfdo", "lxml", "docx", "xlsxwriter", "segno", "procrastinate", "reportlab", "PIL", "fontTools")


@pytest.mark.parametrize("name", LARGE)
def test_a_web_process_starts_without(name: str, read_at_start: frozenset[str]) -> None:
    assert name not in read_at_start


@pytest.fixture(scope="module")
def read_at_start() -> frozenset[str]:
    program = "import sys, lti_tool.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    return frozenset(done.stdout.split())


@pytest.mark.parametrize("name", ["lti_tool.cli.serve", "lti_tool.cli.doctor", "lti_tool.background.on_procrastinate"])
def test_worker_and_commands_need_no_web_framework(name: str) -> None:
    program = f"import sys, {name}, lti_tool.cli.output, lti_tool.bootstrap; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert not {"flask", "werkzeug", "jinja2"} & set(done.stdout.split())
