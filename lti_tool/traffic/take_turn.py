"""Takes a turn from a source's bucket for one endpoint, or tells how long to wait (generic cell rate algorithm)."""

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import and_, case, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from lti_tool.models import RateBucket

# What households, customers of a provider, and companies or hosters get; the widest has room for many neighbours.
_NETWORKS = ((64, 1), (56, 4), (48, 16))
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
# About one call in this many sweeps out the buckets that are full again.
_SWEEP_EVERY = 200
# By so much the clocks of several machines may differ. A bucket that is full again later than any could be was filled by a clock
# that was ahead; it counts as full, or its source would wait until that clock is right.
_CLOCKS_DIFFER_S = 60.0


@dataclass(frozen=True)
class Limit:
    """A bucket of `burst` turns that gets a new one every `interval_s` seconds."""

    door: str
    burst: int
    interval_s: float


@dataclass(frozen=True, slots=True)
class RequestSource:
    """Where a request comes from, or a network around that, which may take `room` times as many turns."""

    name: str
    room: int = 1


def source_of(address: str, secret: str) -> str:
    """Name the source of a network address without keeping the address: of IPv6 the /64, which the smallest household has."""
    return sources_of(address, secret)[0].name


def sources_of(address: str, secret: str) -> tuple[RequestSource, ...]:
    """Name everything that an address is counted as, the narrowest first.

    An IPv6 address has wider networks beside its /64: whoever rents a /48 would have 65,536 sources to come from.
    """
    try:
        ip = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return (RequestSource(_keyed_hash(address, secret)),)
    if isinstance(ip, ipaddress.IPv4Address):
        return (RequestSource(_keyed_hash(str(ip), secret)),)
    return tuple(
        RequestSource(_keyed_hash(str(ipaddress.ip_network((ip, length), strict=False)), secret), room)
        for length, room in _NETWORKS
    )


def _unwrapped(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address that comes in IPv6's clothes (mapped, translated, 6to4): all of those share one network."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in _TRANSLATED:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def take_turns(session: Session, limit: Limit, sources: tuple[RequestSource, ...], *, now: datetime) -> int:
    """Take a turn for an address and for the networks around it (see `sources_of`); return 0 or the seconds to wait."""
    for source in sources:
        wider = Limit(limit.door, limit.burst * source.room, limit.interval_s / source.room)
        if wait_s := take_turn(session, wider, source.name, now=now):
            return wait_s
    return 0


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
    impossible = moment + limit.burst * limit.interval_s + _CLOCKS_DIFFER_S
    is_filling = and_(RateBucket.full_at > moment, RateBucket.full_at <= impossible)
    taken = session.scalar(
        insert(RateBucket)
        .values(source_hash=key, full_at=moment + limit.interval_s)
        .on_conflict_do_update(
            index_elements=["source_hash"],
            set_={"full_at": case((is_filling, RateBucket.full_at), else_=moment) + limit.interval_s},
            where=or_(RateBucket.full_at <= latest, RateBucket.full_at > impossible),
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
