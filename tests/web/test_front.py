"""The tool's bare address, as somebody meets it who types it from a paper or looks whether the tool runs."""

from pathlib import Path

from lti_tool import bootstrap
from lti_tool.app import create_app
from lti_tool.settings import Settings


def test_the_bare_address_says_how_to_get_in_and_where_to_verify(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"database_url": sqlite_url, "data_dir": tmp_path, "keys_dir": tmp_path / "keys", "embedded_worker": "off"}
    )
    parts = bootstrap.build(settings)
    try:
        answer = create_app(settings, parts=parts).test_client().get("/")
        assert answer.status_code == 200
        assert "Öffnen Sie das Modul in Ihrem Kurs" in answer.text
        assert 'href="/verify"' in answer.text
        assert "Set-Cookie" not in answer.headers
    finally:
        parts.database.close()
