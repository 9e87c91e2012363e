"""Takes a turn from a source's bucket at a door, or tells how long to wait (generic cell rate algorithm)."""

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.models import RateBucket

# About one call in this many sweeps out the buckets that are full again.
_SWEEP_EVERY = 200


@dataclass(frozen=True)
class Limit:
    """A bucket of `burst` turns that gets a new one every `interval_s` seconds."""

    door: str
    burst: int
    interval_s: float


def source_of(address: str, secret: str) -> str:
    """Name the source of a network address without keeping the address.

    An IPv6 source is its /64, because every household has at least that many addresses to come from.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return _keyed_hash(address, secret)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return _keyed_hash(str(ip.ipv4_mapped), secret)
        return _keyed_hash(str(ipaddress.ip_network((ip, 64), strict=False)), secret)
    return _keyed_hash(str(ip), secret)


def take_turn(session: Session, limit: Limit, source: str, *, now: datetime) -> int:
    """Take a turn for `source` (see `source_of`) at the limit's door.

    One statement decides, so of many simultaneous callers in any number of processes no more get in than the bucket holds.

    Returns:
        0: come in. Otherwise the seconds to wait for the next turn; nothing was taken.
    """
    moment = now.timestamp()
    key = hashlib.sha256(f"{limit.door}\n{source}".encode()).hexdigest()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    latest = moment + (limit.burst - 1) * limit.interval_s
    taken = session.scalar(
        insert(RateBucket)
        .values(source_hash=key, full_at=moment + limit.interval_s)
        .on_conflict_do_update(
            index_elements=["source_hash"],
            set_={"full_at": case((RateBucket.full_at > moment, RateBucket.full_at), else_=moment) + limit.interval_s},
            where=RateBucket.full_at <= latest,
        )
        .returning(RateBucket.full_at)
    )
    if secrets.randbelow(_SWEEP_EVERY) == 0:
        session.execute(delete(RateBucket).where(RateBucket.full_at < moment))
    if taken is not None:
        return 0
    full_at = session.scalar(select(RateBucket.full_at).where(RateBucket.source_hash == key))
    return max(1, ceil((full_at or moment) - latest))


def _keyed_hash(text: str, secret: str) -> str:
    return hmac.new(secret.encode(), b"traffic.source.1\n" + text.encode(), hashlib.sha256).hexdigest()
