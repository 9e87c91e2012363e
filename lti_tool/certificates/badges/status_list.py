"""Bitstring Status Lists (W3C, version 1.0): one bit per credential says whether it was revoked, without saying whose it is."""

import base64
import gzip
import secrets
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.models import Certificate

# Section 3.2: at least 131,072 bits, so that a reader's request hides among so many.
BITS = 131_072
# A list is full when half of it is taken: then a place drawn at random is free at the second try on average.
_TAKEN_MAX = BITS // 2


@dataclass(frozen=True)
class StatusPlace:
    status_list: int
    index: int


def reserve_status(session: Session, certificate_id: int) -> StatusPlace:
    """Give a certificate its place in a status list, drawn at random once and for ever."""
    row = session.get_one(Certificate, certificate_id, with_for_update=True)
    if row.status_list is not None and row.status_index is not None:
        return StatusPlace(row.status_list, row.status_index)
    newest = session.scalar(select(func.max(Certificate.status_list))) or 1
    taken = session.scalar(select(func.count()).where(Certificate.status_list == newest)) or 0
    number = newest + (taken >= _TAKEN_MAX)
    while True:
        # Random, not in order: a neighbouring index shall say nothing about when or to whom a credential was issued.
        index = secrets.randbelow(BITS)
        try:
            with session.begin_nested():
                row.status_list, row.status_index = number, index
                session.flush()
        except IntegrityError:
            continue
        return StatusPlace(number, index)


def list_exists(session: Session, number: int) -> bool:
    """Tell whether any certificate has its place in this list."""
    return session.scalar(select(Certificate.id).where(Certificate.status_list == number).limit(1)) is not None


def encoded_list(session: Session, number: int) -> str:
    """Encode a list: multibase base64url of the gzipped bits, the first bit leftmost (section 2.2)."""
    revoked = session.scalars(
        select(Certificate.status_index).where(Certificate.status_list == number, Certificate.revoked_at.is_not(None))
    )
    bits = bytearray(BITS // 8)
    for index in revoked:
        if index is not None:
            bits[index // 8] |= 0x80 >> (index % 8)
    # Without a time inside, equal bits give equal bytes: so caches can compare.
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), 9, mtime=0)).decode().rstrip("=")
