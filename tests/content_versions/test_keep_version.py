"""Keeping versions: once, whoever starts first, and never with other files under the same name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from lti_tool.content_versions.archive import PackedProgramme, fingerprint, pack
from lti_tool.content_versions.heads import head_of
from lti_tool.content_versions.keep_version import VersionTaken, check_not_taken, keep_version
from lti_tool.content_versions.list_versions import list_versions
from lti_tool.domain.people import Visitor
from lti_tool.models import ContentVersion, Course, ResourceLink
from lti_tool.models.database import Database
from lti_tool.programme.reader import read_programme
from tests.content_versions.conftest import SLUG

Keep = Callable[[Session, str], bool]


def pin_of_course(session: Session, course_id: int | None) -> tuple[str | None, str | None]:
    slug, version = session.execute(select(Course.programme_slug, Course.programme_version).where(Course.id == course_id)).one()
    return slug, version


def test_two_processes_that_start_at_the_same_moment_keep_it_once(database: Database, keep: Keep) -> None:
    both_ready = Barrier(2)
    made: list[bool] = []

    def start() -> None:
        both_ready.wait()
        with database.write.begin() as session:
            made.append(keep(session, "2026.1"))

    threads = [Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, True]
    with database.read() as session:
        assert session.scalar(select(func.count(ContentVersion.id))) == 1


def test_courses_of_the_release_before_get_the_version_that_was_newest_until_now(
    database: Database, people: dict[str, Visitor], keep: Keep
) -> None:
    elsewhere = people["elsewhere"].course_id
    with database.write.begin() as session:
        # The upgrade to this release: the course is pinned to what it learned with.
        keep(session, "2026.1")
        assert pin_of_course(session, elsewhere) == (SLUG, "2026.1")
    with database.write.begin() as session:
        # A process of the release before, still serving, opens another; then the content is upgraded.
        session.execute(update(Course).where(Course.id == elsewhere).values(programme_slug=None, programme_version=None))
        keep(session, "2026.2")
        assert pin_of_course(session, elsewhere) == (SLUG, "2026.1")


def test_a_course_without_a_module_may_still_choose_its_programme(
    session: Session, people: dict[str, Visitor], keep: Keep
) -> None:
    session.execute(update(Course).values(programme_slug=None, programme_version=None))
    session.execute(delete(ResourceLink))
    keep(session, "2026.1")
    assert pin_of_course(session, people["elsewhere"].course_id) == (None, None)


def test_two_programmes_may_have_versions_of_the_same_name(
    session: Session, folders: dict[str, Path], keep: Keep, now: datetime
) -> None:
    keep(session, "2026.1")
    other = replace(head_of(read_programme(folders["2026.2"])), slug="another", version="2026.1")
    sha256 = fingerprint(folders["2026.2"])
    assert keep_version(session, other, sha256, partial(pack, folders["2026.2"]), may_replace=False, now=now) is True
    check_not_taken(session, other, sha256)
    assert sorted(session.scalars(select(ContentVersion.programme_slug))) == ["another", SLUG]


def test_what_is_kept_already_is_not_packed_again(session: Session, folders: dict[str, Path], keep: Keep, now: datetime) -> None:
    keep(session, "2026.1")
    folder = folders["2026.1"]

    def never() -> PackedProgramme:
        raise AssertionError

    head = head_of(read_programme(folder))
    assert keep_version(session, head, fingerprint(folder), never, may_replace=False, now=now) is False


def test_the_same_version_with_other_files_is_refused_in_production_and_says_what_to_do(
    session: Session, folders: dict[str, Path], keep: Keep, now: datetime
) -> None:
    keep(session, "2026.1")
    spoilt = replace(head_of(read_programme(folders["2026.2"])), version="2026.1")
    sha256 = fingerprint(folders["2026.2"])
    with pytest.raises(VersionTaken, match=r"Smart-City.*version 2026\.1.*other files since 2026-11-23.*new `version`"):
        keep_version(session, spoilt, sha256, partial(pack, folders["2026.2"]), may_replace=False, now=now)
    with pytest.raises(VersionTaken):
        check_not_taken(session, spoilt, sha256)
    assert session.scalars(select(ContentVersion.sha256)).one() == pack(folders["2026.1"]).sha256


def test_in_development_the_draft_replaces_what_was_kept(
    session: Session, folders: dict[str, Path], keep: Keep, now: datetime
) -> None:
    keep(session, "2026.1")
    draft = replace(head_of(read_programme(folders["2026.2"])), version="2026.1")
    folder = folders["2026.2"]
    assert keep_version(session, draft, fingerprint(folder), partial(pack, folder), may_replace=True, now=now) is False
    session.flush()
    assert session.scalars(select(ContentVersion.sha256)).one() == pack(folders["2026.2"]).sha256


def test_operators_see_what_is_kept_and_who_uses_it(session: Session, anna: Visitor, keep: Keep) -> None:
    keep(session, "2026.1")
    keep(session, "2026.2")
    newest, oldest = list_versions(session)
    assert (newest.version, newest.note, newest.courses) == ("2026.2", "Neue Fragen zu Modul 1.", 0)
    assert (oldest.version, oldest.courses, oldest.open_attempts, oldest.programme_slug) == (
        "2026.1",
        1,
        0,
        "smart-city-manager",
    )
