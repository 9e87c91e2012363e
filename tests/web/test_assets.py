import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti_tool.web import assets


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    assets.set_up(app)
    return app.test_client()


def test_a_stylesheet_travels_compressed(client: FlaskClient) -> None:
    answer = client.get("/static/vendor/kern/kern.css", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 25_000
    assert gzip.decompress(answer.data).startswith(b"/* @kern-ux/native 2.7.2, EUPL-1.2")


def test_an_address_with_the_right_hash_may_be_kept_for_ever(client: FlaskClient) -> None:
    with client.application.test_request_context():
        address = assets.asset_url("app.css")
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/app.css?h=000000000000").headers["Cache-Control"]


def test_nothing_outside_the_folder_is_served(client: FlaskClient) -> None:
    assert client.get("/static/../assets.py").status_code == 404
    assert client.get("/static/%2e%2e/assets.py").status_code == 404


def test_no_stylesheet_asks_anybody_else_for_anything() -> None:
    for path in (Path(assets.__file__).parent / "static").rglob("*.css"):
        addresses = re.findall(r"url\([\"']?([^\"')]+)", path.read_text(encoding="utf-8"))
        foreign = [address for address in addresses if re.match(r"(https?:)?//", address)]
        assert foreign == [], path.name
