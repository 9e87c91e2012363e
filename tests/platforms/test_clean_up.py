from datetime import datetime, timedelta

from sqlalchemy import func, select

from lti_tool.models import Invite, UsedNonce
from lti_tool.models.database import Database
from lti_tool.platforms.clean_up import clean_up


def test_what_has_run_out_is_forgotten_and_nothing_else(database: Database, now: datetime) -> None:
    hour = timedelta(hours=1)
    with database.write.begin() as session:
        session.add_all([UsedNonce(nonce_hash=f"{number:064}", expires_at=now - hour) for number in range(2500)])
        session.add(UsedNonce(nonce_hash="f" * 64, expires_at=now + hour))
        session.add(Invite(secret_hash="a" * 64, created_at=now, expires_at=now - timedelta(days=91)))
        session.add(Invite(secret_hash="b" * 64, created_at=now, expires_at=now - timedelta(days=89)))
    assert clean_up(database, now=now) == 2501
    with database.read() as session:
        assert session.scalars(select(UsedNonce.nonce_hash)).all() == ["f" * 64]
        assert session.scalar(select(func.count()).select_from(Invite)) == 1
