"""What a start costs with one programme and with ten, and what each one in use weighs: `python -m tests.bench.start`.

Whole copies of the shipped programme under other names; each figure is of a process of its own, the best of five.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lti_tool import migrations
from lti_tool.keyring import Keyring
from lti_tool.models.database import open_database
from tests.shipped import SHIPPED_FOLDER

TIMES = 5
_START = """
import json, resource, time
from lti_tool import bootstrap, preflight
from lti_tool.app import create_app
from lti_tool.settings import load_settings
imported = time.process_time()
settings = load_settings()
preflight.check_ready_to_serve(settings)
preflight.keep_content(settings)
parts = bootstrap.build(settings)
create_app(settings, parts=parts)
started = time.process_time()
def memory():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 1e6
before = memory()
for each in parts.catalogue.served:
    each.programme
print(json.dumps({"whole": started, "start": started - imported, "memory": before,
                  "each": (memory() - before) / len(parts.catalogue.served), "read": time.process_time() - started}))
"""


def write_programmes(root: Path, count: int) -> None:
    """Write copies under names of their own; nothing else in them differs."""
    for number in range(count):
        folder = root / f"programme-{number}"
        shutil.copytree(SHIPPED_FOLDER, folder)
        for path in (folder / "programme.toml", *folder.glob("*/module.toml")):
            text = re.sub(r'^slug = "(.*)"', rf'slug = "\1-{number}"', path.read_text("utf-8"), count=1, flags=re.M)
            path.write_text(text, "utf-8")


def start(environment: dict[str, str]) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", _START], env=environment, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def measure(count: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_programmes(folder / "programmes", count)
        Keyring(folder / "keys").new()
        url = f"sqlite:///{folder / 'test.sqlite3'}"
        database = open_database(url)
        migrations.upgrade(database.engine)
        database.close()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LTI_TOOL_")} | {
            "LTI_TOOL_PROGRAMMES_DIR": str(folder / "programmes"),
            # Only the copies.
            "LTI_TOOL_PROGRAMMES_OFF": ",".join(_shipped_slugs()),
            "LTI_TOOL_LOG_LEVEL": "ERROR",
            "LTI_TOOL_DATABASE_URL": url,
            "LTI_TOOL_DATA_DIR": str(folder),
            "LTI_TOOL_KEYS_DIR": str(folder / "keys"),
        }
        first = start(environment)
        others = [start(environment) for _ in range(TIMES)]
        best = {name: min(each[name] for each in others) for name in first}
        print(
            f"{count:2} programmes: first start {first['start']:.2f} s, later {best['start']:.3f} s"
            f" (with imports {best['whole']:.2f} s),"
            f" {best['memory']:.0f} MB; each in use {best['read'] / count * 1000:.0f} ms and {best['each']:.1f} MB"
        )


def _shipped_slugs() -> list[str]:
    heads = SHIPPED_FOLDER.parent.glob("*/programme.toml")
    return [found[1] for head in heads if (found := re.search(r'^slug = "(.*)"', head.read_text("utf-8"), flags=re.M))]


if __name__ == "__main__":
    for wanted in (1, 10):
        measure(wanted)
