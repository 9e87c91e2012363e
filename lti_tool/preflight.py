"""What must hold before a process serves people; asked at the start and by monitors."""

from sqlalchemy.exc import SQLAlchemyError

from lti_tool import clock, migrations
from lti_tool.bootstrap import programme_at, programme_folder
from lti_tool.content_versions.archive import pack
from lti_tool.content_versions.keep_version import check_not_taken, keep_version
from lti_tool.errors import ConfigurationError
from lti_tool.keyring import Keyring
from lti_tool.models.database import open_database
from lti_tool.settings import Settings
from lti_tool.web.parts import Parts


def readiness(parts: Parts) -> list[str]:
    """Tell what keeps this process from serving, one word each; nothing means ready."""
    amiss = []
    if parts.keyring.signing_kid() is None:
        amiss.append("no_signing_key")
    try:
        found, expected = migrations.current_revision(parts.database.engine), migrations.newest_revision()
    except SQLAlchemyError:
        return [*amiss, "database_unavailable"]
    if found is None or (expected is not None and found < expected):
        amiss.append("migrations_pending")
    return amiss


def keep_content(settings: Settings) -> None:
    """Keep the programme's present version for the courses that learn with it; on an upgraded database, before serving.

    Raises:
        VersionTaken: in production, files were changed without a new version.
    """
    folder = programme_folder(settings)
    database = open_database(settings.effective_database_url)
    try:
        with database.write.begin() as session:
            keep_version(session, programme_at(folder), pack(folder), may_replace=not settings.is_production, now=clock.now())
    finally:
        database.close()


def check_ready_to_serve(settings: Settings) -> None:
    """Stop the start with a sentence where something is missing; changes nothing.

    Raises:
        ConfigurationError: no key, no database, a database of another release, programme files with errors, or files that were
            changed without a new version.
    """
    Keyring(settings.keys_dir).signing_key()
    folder = programme_folder(settings)
    programme = programme_at(folder)
    database = open_database(settings.effective_database_url)
    try:
        found, expected = migrations.current_revision(database.engine), migrations.newest_revision()
        if found is None:
            raise ConfigurationError("The database is empty. Prepare it with `lti-tool db upgrade`.")
        # A newer database is fine: while a rolling upgrade runs, the old release goes on serving.
        if expected is not None and found < expected:
            raise ConfigurationError(
                f"The database is at revision {found}, this release needs {expected}: `lti-tool db upgrade`."
            )
        if settings.is_production:
            with database.read() as session:
                check_not_taken(session, programme, pack(folder))
    except SQLAlchemyError as err:
        cause = str(getattr(err, "orig", err)).strip().splitlines()[0]
        raise ConfigurationError(f"The database of LTI_TOOL_DATABASE_URL does not answer: {cause}") from err
    finally:
        database.close()
