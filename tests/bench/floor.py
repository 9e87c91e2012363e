"""The floor: a Flask application that answers login and launch and does nothing. What no Flask tool can go below."""

import os

from flask import Flask, Response, redirect


def create_floor() -> Flask:
    app = Flask(__name__)
    location = f"{os.environ['BENCH_PLATFORM']}/mod/lti/auth.php?state=none&nonce=none"

    @app.route("/lti/login", methods=["GET", "POST"])
    def login() -> Response:
        answer = redirect(location, 302)
        answer.set_cookie("login", "none")
        return answer  # type: ignore[return-value]

    @app.route("/lti/launch", methods=["POST"])
    def launch() -> Response:
        return redirect("/", 303)  # type: ignore[return-value]

    @app.route("/livez")
    def livez() -> str:
        return "ok"

    return app
