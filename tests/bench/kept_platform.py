"""The playground LMS behind gunicorn, as platforms are behind a web server: connections are kept, one process holds the grades.

`BENCH_PLATFORM` (JSON: port, key_file, jwks_file, participants) says which; `make_kept_platform` makes its twin for who enrols.
"""

import json
import os
from pathlib import Path
from typing import Any

from flask import Flask, Response

from lti_tool.playground.application import create_playground
from lti_tool.playground.launching import signing
from lti_tool.playground.platform import Playground

TOOL_URL = "http://localhost:8000"


def make_kept_platform(plan: dict[str, Any]) -> Playground:
    """Make the same platform in any process."""
    key = signing.key_from_text(Path(plan["key_file"]).read_text(encoding="utf-8"))
    lms = Playground(f"http://{plan.get('host', '127.0.0.1')}:{plan['port']}", signing_key=key)
    lms.register_tool(TOOL_URL, jwks=json.loads(Path(plan["jwks_file"]).read_text(encoding="utf-8")))
    lms.add_participants(plan["participants"])
    return lms


def create_kept_platform() -> Flask:
    """Build the application for gunicorn; `/livez` tells when it serves, `/grades` what it holds."""
    lms = make_kept_platform(json.loads(os.environ["BENCH_PLATFORM"]))
    app = create_playground(lms)

    @app.route("/livez")
    def livez() -> str:
        return "ok"

    @app.route("/grades")
    def grades() -> Response:
        with lms.site.lock:
            held = {key: grade.value for key, grade in lms.site.state.grades.items()}
        return Response(json.dumps(held), mimetype="application/json")

    return app
