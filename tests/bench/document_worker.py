"""Measures the worker's errand: missing documents made with badge and seal, database included; CPU each and memory.

.venv/bin/python -m tests.bench.document_worker [HOW_MANY]
"""

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import insert

from lti_tool import bootstrap, migrations
from lti_tool.certificates.documents.queue import JOB
from lti_tool.certificates.kinds.stored_facts import facts_to_json
from lti_tool.keyring import Keyring
from lti_tool.models import Certificate
from lti_tool.models.database import Database, open_database
from lti_tool.settings import Settings
from tests.bench.documents import AT, FACTS, resident_mb
from tests.certificates.authority import Identity


def fill(database: Database, how_many: int) -> None:
    """Store certificates that have no document yet."""
    same = {"programme_slug": "p", "subject": "programme", "serial": 1, "name": "", "issued_at": AT}
    with database.write.begin() as session:
        for number in range(how_many):
            facts = facts_to_json(replace(FACTS, name=f"Ayşe Çelik {number}"))
            session.execute(insert(Certificate).values(**same, check_code=f"C{number}", facts=facts))


def main() -> None:
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        url = f"sqlite:///{folder / 'tool.sqlite3'}"
        database = open_database(url)
        migrations.upgrade(database.engine)
        Keyring(folder / "keys").new()
        academy = Identity("Siegel", bits=3072)
        seal_key = SecretStr(academy.key_pem + academy.certificate_pem)
        settings = Settings(database_url=url, data_dir=folder, keys_dir=folder / "keys", seal_level="B-B", seal_key=seal_key)
        documents = next(job for job in bootstrap.build(settings).jobs if job.name == JOB)
        fill(database, how_many)
        database.close()
        print(f"before: {resident_mb():.0f} MB resident")
        spent, begun = time.process_time(), time.perf_counter()
        made = documents.run()
        each = (time.process_time() - spent) / how_many * 1000
        rate = how_many / (time.perf_counter() - begun)
        print(f"{made} documents, {each:.1f} ms CPU each, {rate:.1f} per second, {resident_mb():.0f} MB resident")


if __name__ == "__main__":
    main()
