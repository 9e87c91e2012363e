"""The platform of the benchmark as a process of its own: the playground LMS with a key that the load client has, too.

python -m tests.bench.platform PORT KEY_FILE TOOL_URL
"""

import sys
import time
from pathlib import Path

from lti_tool.playground.launching import signing
from lti_tool.playground.platform import Playground
from lti_tool.playground.server import serve_in_thread

PARTICIPANTS = 500


def make_platform(port: int, key_file: Path, tool_url: str) -> Playground:
    """Make the same platform in any process: five modules, a known key."""
    platform = Playground(f"http://127.0.0.1:{port}", signing_key=signing.key_from_text(key_file.read_text(encoding="utf-8")))
    platform.register_tool(tool_url)
    platform.add_participants(PARTICIPANTS - 20)
    return platform


def main() -> None:
    port, key_file, tool_url = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    with serve_in_thread(make_platform(port, key_file, tool_url), port):
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main()
