"""What the tool is measured against: login and launch the way PyLTI1p3's own Flask example does them.

Written anew, and kind to its model: it reads its configuration once (the example reads a JSON file at each request), does
not print the launch, and keeps its cache in memory-backed files that all workers share. What the model does by nature
stays: state, nonce and launch data go through the cache, and the platform's keys are fetched at every launch.

Environment: BENCH_REGISTRATION (JSON), BENCH_PUBLIC_URL, BENCH_CACHE (a folder).
"""

# PyLTI1p3's Flask classes carry no types.
# mypy: disable-error-code="no-untyped-call"

import hashlib
import json
import os
import pickle
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template
from jinja2 import DictLoader
from pylti1p3.contrib.flask.launch_data_storage.cache import FlaskCacheDataStorage
from pylti1p3.contrib.flask.message_launch import FlaskMessageLaunch
from pylti1p3.contrib.flask.oidc_login import FlaskOIDCLogin
from pylti1p3.contrib.flask.request import FlaskRequest
from pylti1p3.tool_config.dict import ToolConfDict

_PAGE = """<!doctype html>
<html lang="de"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><h1>{{ title }}</h1><p>{{ name }}</p><p>{{ launch_id }}</p></body></html>
"""


class FileCache:
    """The two calls that PyLTI1p3 makes of a cache, in files, so that two workers see the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, key: str) -> Path:
        return self._folder / hashlib.md5(key.encode(), usedforsecurity=False).hexdigest()

    def get(self, key: str) -> Any:
        try:
            expires_at, value = pickle.loads(self._path(key).read_bytes())
        except FileNotFoundError:
            return None
        return value if expires_at > time.time() else None

    def set(self, key: str, value: Any, exp: int | None = None) -> None:
        path = self._path(key)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_bytes(pickle.dumps((time.time() + (exp or 86400), value)))
        unfinished.replace(path)


def configuration(registration: Mapping[str, Any]) -> ToolConfDict:
    return ToolConfDict(
        {
            registration["issuer"]: [
                {
                    "default": True,
                    "client_id": registration["client_id"],
                    "auth_login_url": registration["auth_login_url"],
                    "auth_token_url": registration["token_url"],
                    "key_set_url": registration["jwks_url"],
                    "deployment_ids": registration["deployment_ids"],
                }
            ]
        }
    )


def create_yardstick() -> Flask:
    app = Flask(__name__)
    app.jinja_loader = DictLoader({"page.html": _PAGE})
    tool_config = configuration(json.loads(os.environ["BENCH_REGISTRATION"]))
    cache = FileCache(Path(os.environ["BENCH_CACHE"]))
    launch_url = f"{os.environ['BENCH_PUBLIC_URL']}/lti/launch"

    @app.route("/lti/login", methods=["GET", "POST"])
    def login() -> Response:
        oidc_login = FlaskOIDCLogin(FlaskRequest(), tool_config, launch_data_storage=FlaskCacheDataStorage(cache))
        answer: Response = oidc_login.redirect(launch_url)
        return answer

    @app.route("/lti/launch", methods=["POST"])
    def launch() -> str:
        message = FlaskMessageLaunch(FlaskRequest(), tool_config, launch_data_storage=FlaskCacheDataStorage(cache))
        data = message.get_launch_data()
        return render_template(
            "page.html",
            title=data["https://purl.imsglobal.org/spec/lti/claim/resource_link"].get("title", ""),
            name=data.get("name", ""),
            launch_id=message.get_launch_id(),
        )

    @app.route("/livez")
    def livez() -> str:
        return "ok"

    return app
