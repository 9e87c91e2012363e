"""Settings in, Parts out: everything is wired once, here."""

import logging
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from lti_tool import clock
from lti_tool.background import Engine
from lti_tool.background.embedded import EmbeddedEngine
from lti_tool.certificates.badges.keys import CredentialKeys
from lti_tool.certificates.badges.open_badge import BadgeIssuer
from lti_tool.certificates.documents.document_maker import DocumentMaker
from lti_tool.certificates.documents.letterheads import read_letterhead
from lti_tool.certificates.documents.make_document import make_missing_documents
from lti_tool.certificates.documents.queue import JOB as DOCUMENTS
from lti_tool.certificates.documents.seal_maker import SealMaker
from lti_tool.certificates.documents.typeset import SHIPPED_TEMPLATE
from lti_tool.certificates.verify.check_seal import check_seal
from lti_tool.concerns.forget_concerns import forget_concerns
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.content_versions.kept_readings import KeptReadings
from lti_tool.content_versions.open_catalogue import WantedProgrammes, open_catalogue
from lti_tool.content_versions.shelf import Shelf
from lti_tool.domain.documents.certificate import Issuer, day_of
from lti_tool.domain.documents.letterhead import Letterhead
from lti_tool.errors import ConfigurationError
from lti_tool.hints.forget_hints import forget_hints
from lti_tool.jobs.chores import PLATFORMS, URGENT, Chore
from lti_tool.jobs.job import Job
from lti_tool.jobs.stop import Stop
from lti_tool.jobs.turns import Shares
from lti_tool.keyring import Keyring
from lti_tool.learning.quiz.hand_in_overdue import hand_in_all_overdue
from lti_tool.lti.transport.http import Http
from lti_tool.models.database import Database, open_database
from lti_tool.parts import Parts
from lti_tool.passback.columns.reconcile import look_at_wanted, reconcile_all
from lti_tool.passback.columns.wanted_looks import JOB as COLUMNS
from lti_tool.passback.delivering.after_restore import mark_ledger
from lti_tool.passback.delivering.worker import Worker
from lti_tool.passback.gradebooks import ClockedServiceClient, PlatformGradebooks
from lti_tool.passback.jobs import SCORES
from lti_tool.personal_data.erase_noted import erase_who_asked
from lti_tool.personal_data.erasure_list import Marker
from lti_tool.platforms.checking.inquirer import Inquirer, questions
from lti_tool.platforms.checking.inquiries import JOB as INQUIRIES
from lti_tool.platforms.clean_up import clean_up
from lti_tool.platforms.launching.front_door import open_front_door
from lti_tool.platforms.refresh_key_sets import refresh_key_sets
from lti_tool.platforms.roster.refresh_roster import refresh_all_rosters
from lti_tool.platforms.token_store import DatabaseTokenStore
from lti_tool.progress.due_scores import tell_all_due_scores
from lti_tool.settings import Settings
from lti_tool.surveys.chores import SurveyChores
from lti_tool.surveys.round_keys import RoundKeys

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)
# Beside requests, in a web process.
WEB_CONCURRENCY = 8
SHIPPED_PROGRAMMES = Path(__file__).parent / "programmes"


def wanted_programmes(settings: Settings) -> WantedProgrammes:
    """Tell which programmes the operator wants to be served, and where they are."""
    return WantedProgrammes(
        shipped=SHIPPED_PROGRAMMES,
        only=settings.programme_dir,
        own=settings.programmes_dir,
        off=settings.programmes_switched_off,
        only_for=settings.registrations_by_programme,
    )


def kept_readings(settings: Settings) -> KeptReadings:
    """Tell where programmes are kept as they were read."""
    return KeptReadings(settings.effective_cache_dir / "programmes")


def catalogue(settings: Settings) -> Catalogue:
    """Look at the programmes to be served; whichever is unchanged since somebody read it is not read again.

    Raises:
        ConfigurationError: none can be served, or a shipped one has errors.
    """
    return open_catalogue(wanted_programmes(settings), kept_readings(settings))


def secret_key(settings: Settings) -> str:
    """Give the secret that signs cookies; in development one is made at the first start and kept."""
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    path = settings.data_dir / "secret-key"
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        made = secrets.token_urlsafe(48)
        try:
            # Whole or not at all, and only the first of several processes.
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii")
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(made)
        return made


def issuer(settings: Settings) -> Issuer:
    """Tell who issues certificates here."""
    return Issuer(
        name=settings.issuer_name,
        url=settings.issuer_url,
        verify_url=f"{settings.public_url}/verify",
        modules_count_months=settings.modules_count_months,
        letterhead=read_letterhead(settings.certificate_letterhead) if settings.certificate_letterhead else Letterhead(),
    )


def document_maker(settings: Settings) -> DocumentMaker:
    """Wire what makes documents.

    Raises:
        ConfigurationError: the template, the seal's key or the badges' keys are missing or wrong.
    """
    template = settings.certificate_template or SHIPPED_TEMPLATE
    if not template.is_file():
        raise ConfigurationError(f"LTI_TOOL_CERTIFICATE_TEMPLATE names a file that is not there: {template}")
    seal = _seal(settings)
    if seal is not None and (warning := seal.period.warning(clock.now())):
        # Said at every start; nothing else stops for it. What is issued meanwhile waits for its document.
        log.warning("seal_ends", extra={"warning": warning})
    return DocumentMaker(template=template, seal=seal, badges=badges(settings), check_seal=check_seal)


def credential_keys(settings: Settings) -> CredentialKeys:
    """Give the folder of the keys that sign badges."""
    return CredentialKeys(settings.keys_dir / "credentials", clock.now, makes_missing=not settings.is_production)


def badges(settings: Settings) -> BadgeIssuer | None:
    """Wire the badges, where they are on."""
    if not settings.badges_on:
        return None
    keys = credential_keys(settings)
    if settings.is_production:
        keys.check()
    return BadgeIssuer(
        settings.public_url, settings.issuer_name, settings.issuer_url, keys, former_urls=settings.former_public_urls
    )


def _seal(settings: Settings) -> SealMaker | None:
    if settings.seal_level == "none":
        return None
    # pyHanko costs 20 MB and most of a second: only where a seal is on.
    from lti_tool.certificates.documents.seal import open_seal  # noqa: PLC0415

    return open_seal(
        level=settings.seal_level,
        key_pem=settings.seal_key.get_secret_value(),
        pkcs12_file=settings.seal_pkcs12.read_bytes() if settings.seal_pkcs12 else b"",
        passphrase=settings.seal_passphrase.get_secret_value(),
        tsa_url=settings.seal_tsa_url,
        trust_pem=settings.seal_trust,
    )


def build(settings: Settings, *, concurrency: int = WEB_CONCURRENCY, programmes: Catalogue | None = None) -> Parts:
    """Wire the tool. Opens no connection and makes no request; `preflight` says what is missing.

    Args:
        concurrency: how many scores are on the wire at once, where the worker is started.
        programmes: what to serve; None: what the settings say.

    Raises:
        ConfigurationError: the programme's files have errors.
    """
    settings = settings.model_copy(update={"secret_key": SecretStr(secret_key(settings))})
    database = open_database(settings.effective_database_url)
    keyring = Keyring(settings.keys_dir)
    programmes = catalogue(settings) if programmes is None else programmes
    http = Http()
    service_client = ClockedServiceClient(http, DatabaseTokenStore(database), keyring.signing_key, clock=clock.now)
    front_door = open_front_door(
        database,
        secret=settings.secret_key.get_secret_value(),
        public_url=settings.public_url,
        deployment_policy=settings.deployment_policy,
        http=http,
    )
    # Launches and services know registrations from the same memory.
    gradebooks = PlatformGradebooks(front_door.registrations.registration, service_client)
    worker = Worker(database, gradebooks, label_for=programmes.title_of_module, concurrency=concurrency)
    maker = document_maker(settings)
    stop = Stop()
    inquirer = Inquirer(database, questions(database, http, service_client, clock=clock.now), clock=clock.now, stop=stop)
    documents = Job(DOCUMENTS, lambda: make_missing_documents(database, maker, clock=clock.now))
    columns = Job(COLUMNS, lambda: _look_at_columns(database, gradebooks, worker))

    return Parts(
        settings=settings,
        database=database,
        keyring=keyring,
        catalogue=programmes,
        issuer=issuer(settings),
        document_maker=maker,
        front_door=front_door,
        http=http,
        service_client=service_client,
        worker=worker,
        jobs=(documents, Job(INQUIRIES, inquirer.run), columns),
        stop=stop,
        now=clock.now,
        shelf=Shelf(database, kept_readings(settings)),
    )


def _look_at_columns(database: Database, gradebooks: PlatformGradebooks, worker: Worker) -> None:
    if look_at_wanted(database, gradebooks, clock=clock.now):
        worker.wake()


def make_engine(settings: Settings, *, concurrency: int) -> Engine:
    """Make what delivers scores and does the jobs and chores in a process of its own."""
    parts = build(settings, concurrency=concurrency)
    if not parts.database.is_postgresql:
        return EmbeddedEngine(parts.worker, parts.database, chores(parts), parts.jobs, stop=parts.stop)
    # Web processes never need it: 3 MB, and 10 more for psycopg where SQLite does without.
    from lti_tool.background.on_procrastinate import ProcrastinateEngine  # noqa: PLC0415

    return ProcrastinateEngine(parts.worker, parts.database, chores(parts), parts.jobs, stop=parts.stop)


def chores(parts: Parts) -> tuple[Chore, ...]:
    """List what has to be done regularly; at odd minutes, for at full hours every platform is busy."""
    surveys = survey_chores(parts)
    return (
        Chore("hand_in", 2, lambda: _hand_in_overdue(parts), every_min=5, queue=URGENT),
        Chore("clean_up", 17, lambda: clean_up(parts.database, now=parts.now())),
        Chore("keys", 53, lambda: _refresh_keys(parts), queue=PLATFORMS),
        Chore("mark_ledger", 4, lambda: mark_ledger(parts.database, parts.settings.data_dir), every_min=5),
        Chore("due_scores", 13, lambda: tell_all_due_scores(parts.database, now=parts.now()), hour=2),
        Chore("reconcile", 23, lambda: _reconcile(parts), hour=2, queue=PLATFORMS),
        Chore("hints", 31, lambda: _forget_hints(parts), hour=3),
        Chore("survey_rounds", 11, surveys.begin, every_min=15),
        # The night after the last day, as people were told.
        Chore("survey_urns", 37, surveys.open, hour=1),
        Chore("survey_answers", 47, surveys.forget, hour=3),
        Chore("concerns", 33, lambda: forget_concerns(parts.database, now=parts.now()), hour=3),
        Chore("erasures", 37, lambda: _erase_who_asked(parts), hour=3),
        Chore("rosters", 41, lambda: _refresh_rosters(parts), hour=3, queue=PLATFORMS),
    )


def survey_chores(parts: Parts) -> SurveyChores:
    """Wire what is done for surveys beside their pages."""
    least, keys = parts.settings.survey_least_people, RoundKeys(parts.settings.effective_survey_keys_dir)
    return SurveyChores(parts.database, keys, parts.programme_in, least, parts.now, day_of)


def _refresh_keys(parts: Parts) -> None:
    refresh_key_sets(parts.database, parts.front_door.key_sets, parts.stop, clock=parts.now)


def _reconcile(parts: Parts) -> None:
    reconcile_all(parts.database, gradebooks(parts), Shares(stop=parts.stop), clock=parts.now)
    parts.wake({SCORES})


def _refresh_rosters(parts: Parts) -> None:
    refresh_all_rosters(parts.database, parts.service_client, Shares(stop=parts.stop), clock=parts.now)


def _forget_hints(parts: Parts) -> None:
    forget_hints(parts.database, kept_months=parts.settings.hints_kept_months, now=parts.now())


def _erase_who_asked(parts: Parts) -> None:
    days = parts.settings.erase_after_days
    if days is not None:
        marker = Marker(parts.settings.secret_key.get_secret_value())
        erase_who_asked(
            parts.database, after=timedelta(days=days), marker=marker, path=parts.settings.effective_erasure_list, now=parts.now()
        )


def _hand_in_overdue(parts: Parts) -> None:
    hand_in_all_overdue(parts.database, parts.programme_with, begin=parts.step, issuer=parts.issuer, now=parts.now())


def gradebooks(parts: Parts) -> PlatformGradebooks:
    """Give the platforms' gradebooks, for commands."""
    return PlatformGradebooks(parts.front_door.registrations.registration, parts.service_client)


def start_embedded_worker(app: "Flask") -> EmbeddedEngine | None:
    """Start delivering scores and making documents in this web process, where the settings want it (after gunicorn's fork)."""
    parts: Parts = app.extensions["parts"]
    wish = parts.settings.embedded_worker
    if wish == "off" or (wish == "auto" and parts.database.is_postgresql):
        return None
    # On PostgreSQL the nightly chores are those of `lti-tool worker`: procrastinate keeps who does them.
    nightly = () if parts.database.is_postgresql else chores(parts)
    engine = EmbeddedEngine(parts.worker, parts.database, nightly, parts.jobs, stop=parts.stop)
    engine.start()
    return engine
