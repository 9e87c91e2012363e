"""All documents of a course, or of the installation, as one ZIP with a manifest: written piece by piece, never held whole."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lti_tool.certificates.kinds.stored_facts import facts_from_json
from lti_tool.certificates.kinds.wording import document_title, document_type
from lti_tool.certificates.verify.verify_certificate import state_of
from lti_tool.domain.documents.certificate import Facts
from lti_tool.domain.documents.check_code import group_check_code
from lti_tool.domain.words.texts_in_files import csv_cell, file_name
from lti_tool.models import Certificate, Membership
from lti_tool.models.database import Database

# Bytes gathered before they are handed on.
PIECE: Final = 64 * 1024
_NAME_OCTETS_MAX = 80


@dataclass(frozen=True)
class ExportSize:
    """What an export would hold."""

    documents: int
    not_made_yet: int
    document_bytes: int


class _Outbox(io.RawIOBase):
    """What the ZIP writer writes into: keeps bytes only until they are taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.waiting = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object, /) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        self.waiting += len(piece)
        return len(piece)

    def take(self) -> bytes:
        taken, self._pieces, self.waiting = b"".join(self._pieces), [], 0
        return taken


def size_of_export(session: Session, *, course_id: int) -> ExportSize:
    """Tell how much a course's export would hold, without reading a document."""
    chosen = _chosen(course_id).subquery()
    made = Certificate.pdf_sha256.is_not(None)
    query = select(func.count(), func.count(Certificate.pdf_sha256), func.sum(func.length(Certificate.pdf)).filter(made))
    all_of_them, documents, total = session.execute(query.where(Certificate.id.in_(select(chosen.c.id)))).one()
    return ExportSize(documents=documents, not_made_yet=all_of_them - documents, document_bytes=total or 0)


def export_documents(database: Database, *, course_id: int | None, today: date) -> Iterator[bytes]:
    """Write the documents of the people in a course (None: of everybody) into a ZIP, piece by piece.

    `manifest.csv` and `manifest.json` come last and name every certificate, those without a document included: code, state,
    and the SHA-256 of the very bytes that were written. Each document is read in a transaction of its own: a download over a slow
    line keeps no transaction open. Only for a course do names stand in it: whoever teaches there sees them anyway.
    """
    with database.read() as session:
        # The ids first: what is issued meanwhile neither shifts nor repeats the others.
        ids = session.scalars(_chosen(course_id).order_by(Certificate.id)).all()
    outbox = _Outbox()
    manifest: list[dict[str, object]] = []
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_STORED) as archive:
        for certificate_id in ids:
            entry = _write(database, archive, certificate_id, with_name=course_id is not None, today=today)
            manifest += [entry] if entry is not None else []
            if outbox.waiting >= PIECE:
                yield outbox.take()
        archive.writestr("manifest.csv", _as_csv(manifest))
        archive.writestr("manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False))
    yield outbox.take()


def _chosen(course_id: int | None) -> Select[int]:
    query = select(Certificate.id)
    if course_id is None:
        return query
    return query.where(Certificate.user_id.in_(select(Membership.user_id).where(Membership.course_id == course_id)))


def _write(
    database: Database, archive: zipfile.ZipFile, certificate_id: int, *, with_name: bool, today: date
) -> dict[str, object] | None:
    with database.read() as session:
        row = session.get(Certificate, certificate_id)
        if row is None or (with_name and row.user_id is None):
            return None  # erased since the list was made
        facts, pdf = facts_from_json(row.facts), row.pdf
        code = group_check_code(row.check_code)
        entry: dict[str, object] = {"file": ""}
        if with_name:
            entry |= {"name": facts.name}
        entry |= {
            "document": document_title(facts),
            "code": code,
            "state": str(state_of(row, today=today)),
            "issued_on": facts.issued_on.isoformat(),
            "valid_until": facts.valid_until.isoformat() if facts.valid_until else "",
            "revoked_at": row.revoked_at.isoformat() if row.revoked_at else "",
            "sha256": hashlib.sha256(pdf).hexdigest() if pdf is not None else "",
            "seal": row.seal_level,
            "problem": row.problem if pdf is None else "",
            "verify": facts.verify_url,
        }
        issued_at = row.issued_at
    if pdf is not None:
        entry["file"] = _file_name(facts, code, with_name=with_name)
        made_at = (issued_at.year, issued_at.month, issued_at.day, issued_at.hour, issued_at.minute, issued_at.second)
        archive.writestr(zipfile.ZipInfo(str(entry["file"]), made_at), pdf)
    return entry


def _file_name(facts: Facts, code: str, *, with_name: bool) -> str:
    if not with_name:
        return f"{code}.pdf"
    name, kind = (file_name(text, _NAME_OCTETS_MAX) for text in (facts.name, document_type(facts)))
    return f"{name}_{kind}_{code}.pdf"


def _as_csv(manifest: Sequence[dict[str, object]]) -> bytes:
    # As the course list is written: for a spreadsheet that speaks German, and with nothing in it that it would calculate.
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if manifest:
        writer.writerow(manifest[0])
    writer.writerows([[csv_cell(str(value)) for value in entry.values()] for entry in manifest])
    return text.getvalue().encode("utf-8-sig")
