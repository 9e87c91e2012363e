"""`make run`: sets everything up once, then runs the tool and the playground LMS together until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from lti_tool import clock, migrations, preflight
from lti_tool.cli.output import refusal_of
from lti_tool.cli.serve import gunicorn_configuration
from lti_tool.errors import ToolError
from lti_tool.keyring import Keyring
from lti_tool.models.database import Database, open_database
from lti_tool.platforms.registering.new_registration import NewRegistration
from lti_tool.platforms.registering.registrations import add_registration, find_registration_id
from lti_tool.playground.platform import Playground
from lti_tool.settings import Settings, load_settings

STARTS_WITHIN_S = 30


def ports() -> tuple[int, int]:
    """Read PORT and LMS_PORT; both must be free."""
    found = []
    for name, default in (("PORT", 8000), ("LMS_PORT", 8001)):
        text = os.environ.get(name) or str(default)
        if not (text.isascii() and text.isdecimal()) or not 0 < int(text) < 65536:
            sys.exit(f"{name} must be a port number between 1 and 65535 (got “{text}”).")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", int(text)))
            except OSError:
                sys.exit(f"Port {text} is in use. Choose another one: make run {name}={int(text) + 100}")
        found.append(int(text))
    if found[0] == found[1]:
        sys.exit(f"PORT and LMS_PORT are both {found[0]}. Choose another one: make run LMS_PORT={found[0] + 1}")
    return found[0], found[1]


def set_up(settings: Settings, lms_url: str) -> None:
    """Make keys, database and the registration of the playground, as far as they are not there."""
    keyring = Keyring(settings.keys_dir)
    if keyring.signing_kid() is None:
        keyring.new()
    database = open_database(settings.effective_database_url)
    migrations.upgrade(database.engine)
    register_playground(database, settings, lms_url)
    database.close()
    preflight.check_ready_to_serve(settings)


def register_playground(database: Database, settings: Settings, lms_url: str) -> None:
    """Register the playground as a platform, unless it is."""
    lms = Playground(lms_url, settings.data_dir / "playground")
    lms.register_tool(settings.public_url)
    offered = lms.registration()
    new = NewRegistration(
        issuer=offered["issuer"],
        client_id=offered["client_id"],
        auth_login_url=offered["auth_login_url"],
        token_url=offered["token_url"],
        jwks_url=offered["jwks_url"],
        deployment_ids=tuple(offered["deployment_ids"]),
        name="Playground",
    )
    with database.write.begin() as session:
        if find_registration_id(session, new.issuer, new.client_id) is None:
            add_registration(session, new, is_production=settings.is_production, now=clock.now())


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return as soon as the address answers; stop with a sentence when the process ends before."""
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"The process behind {address} ended at once; its message stands above.")
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - our own http address
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    sys.exit(f"{address} did not answer within {STARTS_WITHIN_S} seconds.")


def run_both() -> None:
    port, lms_port = ports()
    tool_url, lms_url = f"http://localhost:{port}", f"http://127.0.0.1:{lms_port}"
    os.environ.setdefault("LTI_TOOL_PUBLIC_URL", tool_url)
    os.environ.setdefault("LTI_TOOL_WORKERS", "1")
    try:
        settings = load_settings()
        set_up(settings, lms_url)
    except ToolError as err:
        sys.exit(refusal_of(err))
    command = str(Path(sys.executable).with_name("lti-tool"))
    # Straight to gunicorn: `lti-tool serve` would check again what set_up has just checked, and start twice as slowly.
    os.environ["LTI_TOOL_BIND"] = f"127.0.0.1:{port}"
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", str(gunicorn_configuration()), "lti_tool.wsgi:app"]
    tool = subprocess.Popen(gunicorn)  # noqa: S603
    lms = subprocess.Popen([command, "playground", "--bind", f"127.0.0.1:{lms_port}", "--tool-url", tool_url])  # noqa: S603
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        wait_for(f"{tool_url}/livez", tool)
        wait_for(f"{lms_url}/", lms)
        print(
            f"\n  Open {lms_url}/ and choose who you are.\n  (tool: {tool_url}, data: {settings.data_dir.absolute()}; Ctrl-C stops both)\n",
            flush=True,
        )
        while tool.poll() is None and lms.poll() is None:
            time.sleep(0.3)
    except KeyboardInterrupt:
        pass
    finally:
        for process in (lms, tool):
            process.terminate()
        for process in (lms, tool):
            process.wait(35)


if __name__ == "__main__":
    run_both()
