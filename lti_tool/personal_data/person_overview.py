"""What is stored of a person: who they are, how much it is, and all of it as a file to hand out (Art. 15 and 20 DSGVO)."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.domain.words.folding import fold, is_found
from lti_tool.domain.words.typed_text import clean_line
from lti_tool.errors import NotFound, ToolError
from lti_tool.messages import N_
from lti_tool.models import Certificate, Mentoring, NameRequest, Platform, User
from lti_tool.personal_data.reach import CERTIFICATES, OwnTable, actor_columns, own_tables
from lti_tool.personal_data.readable_copy import readable_copy

# Keys of a visit and of the platform's session: no statement about the person, and dangerous in a file that travels.
WITHHELD: Final = frozenset(
    {("deep_linking_request", "visit_key"), ("deep_linking_request", "settings"), ("concern", "code_hash")}
)
FOUND_MAX: Final = 50
_ROWS_AT_ONCE: Final = 1000
# Names of people by their id: what they are called now, what their documents said, what they wished for.
_NAMES: Final = (
    select(User.id, User.name, User.certificate_name).where(or_(User.name.is_not(None), User.certificate_name.is_not(None))),
    select(Certificate.user_id, Certificate.name).where(Certificate.user_id.is_not(None)),
    select(Certificate.user_id, NameRequest.name)
    .join(NameRequest, NameRequest.certificate_id == Certificate.id)
    .where(Certificate.user_id.is_not(None)),
)
# How the id of somebody erased begins; the rest is random.
ERASED: Final = "erased-"


@dataclass(frozen=True)
class FoundPerson:
    """A person as an operator finds them."""

    id: int
    platform: str
    sub: str
    name: str | None
    last_seen_at: datetime


@dataclass(frozen=True)
class Holding:
    """How many rows of a table are a person's, or name them."""

    table: str
    rows: int
    column: str = ""
    """Where the row is somebody else's: which column names the person."""


@dataclass(frozen=True)
class PersonOverview:
    person: FoundPerson
    own: tuple[Holding, ...]
    named: tuple[Holding, ...]


def find_people(session: Session, text: str) -> tuple[FoundPerson, ...]:
    """Find people by words of a name that they have or had, or by the id that their platform calls them by.

    Every name is looked at here: "nothing is stored of you" must not hang on what a database takes for the same letter. A
    million people take eight seconds.

    Returns:
        At most 50 and one more, which says that there are others.
    Raises:
        ToolError: nothing is asked for.
    """
    if not clean_line(text):
        raise ToolError(
            N_("Es fehlt, wer gesucht wird."),
            next_step=N_("Nennen Sie ein Wort des Namens, oder die Kennung der Person auf ihrer Lernplattform."),
            code="search_empty",
        )
    found = set(session.scalars(select(User.id).where(User.sub == text.strip())))
    for names in _NAMES if fold(text) else ():
        rows = session.execute(names.execution_options(yield_per=_ROWS_AT_ONCE))
        found.update(row[0] for row in rows if is_found(text, *row[1:]))
    return find_by_ids(session, sorted(found)[: FOUND_MAX + 1])


def find_by_ids(session: Session, ids: Sequence[int]) -> tuple[FoundPerson, ...]:
    """Give people by their ids, in that order; who is not there is passed over."""
    rows = (
        row
        for start in range(0, len(ids), _ROWS_AT_ONCE)
        for row in session.execute(_people().where(User.id.in_(ids[start : start + _ROWS_AT_ONCE])).order_by(User.id))
    )
    return tuple(FoundPerson(*row) for row in rows)


def list_people_last_seen_before(session: Session, day: datetime) -> tuple[FoundPerson, ...]:
    """List who has opened no activity since a day, the longest away first; without those who were erased."""
    query = _people().where(User.last_seen_at < day, ~User.sub.startswith(ERASED)).order_by(User.last_seen_at, User.id)
    return tuple(FoundPerson(*row) for row in session.execute(query))


def show_person(session: Session, user_id: int) -> PersonOverview:
    """Tell in which tables a person stands, and how often.

    Raises:
        NotFound: nobody has this id.
    """
    person = _get_person(session, user_id)
    own = (Holding(each.table.name, _count(session, each, user_id)) for each in own_tables())
    named = (
        Holding(column.table.name, session.scalar(select(func.count()).where(column == user_id)) or 0, column.name)
        for column in actor_columns()
    )
    mentored = Holding("mentoring", len(mentors_of(session, user_id)), "subs")
    return PersonOverview(person, tuple(one for one in own if one.rows), tuple(one for one in (*named, mentored) if one.rows))


def export_person(session: Session, user_id: int, *, now: datetime) -> bytes:
    """Gather everything of a person as a ZIP: `person.json` for programs, `lesen.html` for people, and their documents as issued.

    Rows of other people that name them (who granted something) are counted, not handed out: they are the others' data.

    Raises:
        NotFound: nobody has this id.
    """
    overview = show_person(session, user_id)
    documents: dict[str, bytes] = {}
    tables = {each.table.name: _rows(session, each, user_id, documents) for each in own_tables()}
    told = {
        "exported_at": now.isoformat(),
        "platform": overview.person.platform,
        "tables": {name: rows for name, rows in tables.items() if rows},
        "named_elsewhere": [{"table": one.table, "column": one.column, "rows": one.rows} for one in overview.named],
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", json.dumps(told, ensure_ascii=False, indent=1))
        archive.writestr("lesen.html", readable_copy(tables, documents=documents, now=now))
        for name, document in documents.items():
            archive.writestr(name, document)
    return file.getvalue()


def mentors_of(session: Session, user_id: int) -> list[Mentoring]:
    """Find who may see the progress of a person: there they stand by the platform's id, not by a key of ours."""
    person = session.get_one(User, user_id)
    rows = session.scalars(
        select(Mentoring).join(User, User.id == Mentoring.user_id).where(User.platform_id == person.platform_id)
    )
    return [row for row in rows if person.sub in row.subs]


def platform_name() -> ColumnElement[str]:
    """Name a person's platform in a query: by its issuer, and the institution where the issuer serves several."""
    return case((Platform.institution == "", Platform.issuer), else_=Platform.issuer + " " + Platform.institution)


def _people() -> Any:
    return select(User.id, platform_name(), User.sub, User.name, User.last_seen_at).join(
        Platform, Platform.id == User.platform_id
    )


def _get_person(session: Session, user_id: int) -> FoundPerson:
    row = session.execute(_people().where(User.id == user_id)).one_or_none()
    if row is None:
        raise NotFound(N_("Unter dieser Nummer ist niemand gespeichert."))
    return FoundPerson(*row)


def _count(session: Session, own: OwnTable, user_id: int) -> int:
    return session.scalar(select(func.count()).select_from(own.table).where(own.where(user_id))) or 0


def _rows(session: Session, own: OwnTable, user_id: int, documents: dict[str, bytes]) -> list[dict[str, Any]]:
    columns = [column for column in own.table.c if (own.table.name, column.name) not in WITHHELD]
    query = select(*columns).where(own.where(user_id)).order_by(*own.table.primary_key)
    rows = []
    for row in session.execute(query).mappings():
        told = {name: _plain(value) for name, value in row.items() if not isinstance(value, bytes)}
        if own.table is CERTIFICATES and row["pdf"] is not None:
            told["document"] = f"certificates/{row['check_code']}.pdf"
            documents[told["document"]] = row["pdf"]
        rows.append(told)
    return rows


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
