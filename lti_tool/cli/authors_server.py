"""Wires the preview: the application on a throw-away database, an author who sits in it, and a server for this machine alone."""

from pathlib import Path

from flask import Flask
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from lti_tool import bootstrap, migrations
from lti_tool.app import create_app
from lti_tool.authoring.baseline import Baseline
from lti_tool.authoring.watched_folder import WatchedFolder
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.content_versions.read_kept_files import read_kept_files
from lti_tool.domain.people import Role, Visitor
from lti_tool.models import Course, Deployment, Membership, Platform, RegistrationRow, User
from lti_tool.models.database import open_database
from lti_tool.parts import Parts
from lti_tool.settings import Settings
from lti_tool.web.pages.authoring import seat
from lti_tool.web.pages.authoring.watching import Watching

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    """Writes no line for each request: the page asks once a second."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Preview:
    """A preview that answers on a port of this machine."""

    def __init__(self, server: ThreadedWSGIServer, app: Flask) -> None:
        self._server = server
        self.app = app
        self.url = f"http://{HOST}:{server.server_port}/preview"

    def serve_forever(self) -> None:
        self._server.serve_forever(poll_interval=0.1)

    def stop(self) -> None:
        """End `serve_forever`, from another thread."""
        self._server.shutdown()

    def close(self) -> None:
        self._server.server_close()
        parts: Parts = self.app.extensions["parts"]
        parts.database.close()


def open_preview(folder: Path, private: Path, port: int, baseline: Baseline) -> Preview:
    """Open the preview of a folder.

    Args:
        private: a folder for its database and keys, thrown away afterwards.
        port: 0 takes a free one.

    Raises:
        OSError: the port is taken.
    """
    # The port comes first: it is in every address, and the application is made for it.
    server = _listen(port)
    app = preview_app(folder, private, server.server_port, baseline)
    server.app = app
    return Preview(server, app)


def _listen(port: int) -> ThreadedWSGIServer:
    try:
        return ThreadedWSGIServer(HOST, port, Flask(__name__), handler=_Quiet)
    except SystemExit as err:  # werkzeug's way to say that it cannot listen there
        raise OSError from err


def preview_app(folder: Path, private: Path, port: int, baseline: Baseline) -> Flask:
    """Make the application that shows a folder to its authors."""
    settings = _settings(folder, private, port)
    # Whatever the folder holds now, it is read with the first page: a broken one should show what is broken.
    parts = bootstrap.build(settings, programmes=Catalogue(()))
    migrations.upgrade(parts.database.engine)
    with parts.database.write.begin() as session:
        visitor = _seat(session, parts)
    app = create_app(parts=parts)
    watching = Watching(WatchedFolder(folder), baseline)
    seat.set_up(app, watching, visitor, frozenset({f"{HOST}:{port}", f"localhost:{port}"}))
    return app


def _settings(folder: Path, private: Path, port: int) -> Settings:
    """Give settings that have nothing of an installation's: no database, no key, no seal."""
    return Settings.model_construct(
        public_url=f"http://{HOST}:{port}",
        data_dir=private,
        keys_dir=private / "keys",
        database_url=f"sqlite:///{private / 'preview.sqlite3'}",
        secret_key=SecretStr(""),
        programme_dir=folder,
        issuer_name="Vorschau",
        badges="off",
        rate_limits="off",
        embedded_worker="off",
        compress_pages=False,
    )


def _seat(session: Session, parts: Parts) -> Visitor:
    """Put the author into a course of their own, as who teaches there."""
    now, site = parts.now(), "http://preview.invalid"
    platform = Platform(issuer=site, created_at=now)
    session.add(platform)
    session.flush()
    registration = RegistrationRow(
        platform_id=platform.id,
        client_id="preview",
        auth_login_url=site,
        token_url=site,
        jwks_url=site,
        created_at=now,
    )
    session.add(registration)
    session.flush()
    deployment = Deployment(registration_id=registration.id, deployment_id="1", status="approved", first_seen_at=now)
    course = Course(
        platform_id=platform.id,
        context_id="1",
        registration_id=registration.id,
        title="Vorschau",
        created_at=now,
        last_seen_at=now,
    )
    user = User(platform_id=platform.id, sub="1", name="", first_seen_at=now, last_seen_at=now)
    session.add_all([deployment, course, user])
    session.flush()
    session.add(
        Membership(user_id=user.id, course_id=course.id, roles=Role.INSTRUCTOR.value, first_seen_at=now, last_seen_at=now)
    )
    return Visitor(
        user_id=user.id,
        platform_id=platform.id,
        registration_id=registration.id,
        deployment_id=deployment.id,
        course_id=course.id,
        resource_link_id=None,
        module_slug=None,
        roles=frozenset({Role.INSTRUCTOR}),
        locale="de",
        frame_origin="",
    )


def kept_baseline(settings: Settings, folder: Path) -> Baseline | None:
    """Give the version of this programme that the installation has kept last; None: it has none, or cannot be asked."""
    programme = WatchedFolder(folder).state().programme
    if programme is None:
        return None
    url = settings.effective_database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return None
    database = open_database(url)
    try:
        with database.read() as session:
            kept = read_kept_files(session, programme.slug)
    except SQLAlchemyError:
        # An author's machine need not have any; then the preview's own beginning is what there is.
        return None
    finally:
        database.close()
    return None if kept is None else Baseline(f"Version {kept.version} (aufbewahrt am {kept.kept_at:%d.%m.%Y})", kept.files)
