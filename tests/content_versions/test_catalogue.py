"""Which programmes an installation serves: the shipped ones and the operator's, and none that takes another's names."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from lti_tool.content_versions import catalogue as catalogues
from lti_tool.content_versions.catalogue import Catalogue
from lti_tool.content_versions.kept_readings import KeptReadings
from lti_tool.content_versions.open_catalogue import WantedProgrammes, open_catalogue
from lti_tool.errors import ConfigurationError
from lti_tool.programme.reader import read_programme
from lti_tool.settings import Settings, load_settings
from tests.programmes import a_programme_folder


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    a_programme_folder(tmp_path / "shipped", "erstes")
    return tmp_path / "shipped"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


def slugs(catalogue: Catalogue) -> list[str]:
    return [each.head.slug for each in catalogue.served]


def test_shipped_and_own_programmes_are_served_side_by_side(shipped: Path, own: Path) -> None:
    a_programme_folder(own, "zweites", module="einstieg")
    catalogue = open_catalogue(WantedProgrammes(shipped, own=own), KeptReadings())
    assert slugs(catalogue) == ["erstes", "zweites"]
    served = catalogue.with_module("einstieg")
    assert served is not None
    assert served.programme == read_programme(own / "zweites")
    assert catalogue.with_module("nirgends") is None
    assert catalogue.title_of_module("einstieg") == served.programme.modules[0].short_title


@pytest.mark.parametrize(
    ("slug", "module", "says"),
    [
        ("erstes", "neu", 'The slug "erstes" is that of the programme "Erstes" already.'),
        ("zweites", "erstes-grundlagen", 'The module slug "erstes-grundlagen" is taken by the programme "Erstes" (erstes).'),
        ("zweites", "programme", 'The module slug "programme" cannot be used'),
        ("zwei/tes", "neu", 'The slug "zwei/tes" cannot be used'),
        ("zweites", "x" * 101, "at most 100 of them"),
    ],
)
def test_an_own_programme_that_takes_anothers_names_is_left_out_and_the_others_go_on(
    shipped: Path, own: Path, slug: str, module: str, says: str
) -> None:
    (a_programme_folder(own, "a", module=module) / "programme.toml").write_text(
        (own / "a" / "programme.toml").read_text("utf-8").replace('slug = "a"', f'slug = "{slug}"', 1), "utf-8"
    )
    a_programme_folder(own, "b")
    catalogue = open_catalogue(WantedProgrammes(shipped, own=own), KeptReadings())
    assert slugs(catalogue) == ["erstes", "b"]
    (left,) = catalogue.left_out
    assert left.folder == own / "a"
    assert says in left.reason


def test_an_own_programme_with_errors_is_left_out_and_says_where(shipped: Path, own: Path) -> None:
    (a_programme_folder(own, "zweites") / "programme.toml").write_text("title = ", "utf-8")
    (own / "leer").mkdir()
    (own / ".git").mkdir()
    catalogue = open_catalogue(WantedProgrammes(shipped, own=own), KeptReadings())
    assert slugs(catalogue) == ["erstes"]
    assert {left.folder.name for left in catalogue.left_out} == {"leer", "zweites"}
    assert all("programme.toml" in left.reason for left in catalogue.left_out)


def test_a_shipped_programme_with_errors_stops_the_start(shipped: Path) -> None:
    (shipped / "erstes" / "programme.toml").write_text("title = ", "utf-8")
    with pytest.raises(ConfigurationError, match=r"programme\.toml"):
        open_catalogue(WantedProgrammes(shipped), KeptReadings())


def test_one_programme_may_be_served_alone(shipped: Path, own: Path) -> None:
    only = a_programme_folder(own, "zweites")
    assert slugs(open_catalogue(WantedProgrammes(shipped, only=only), KeptReadings())) == ["zweites"]


def test_a_programme_that_is_switched_off_is_not_offered_but_its_modules_keep_their_titles(shipped: Path, own: Path) -> None:
    a_programme_folder(own, "zweites", module="einstieg")
    catalogue = open_catalogue(WantedProgrammes(shipped, own=own, off=frozenset({"zweites"})), KeptReadings())
    assert slugs(catalogue) == ["erstes"]
    assert catalogue.title_of_module("einstieg") != "einstieg"
    with pytest.raises(ConfigurationError, match="No programme is left"):
        open_catalogue(WantedProgrammes(shipped, off=frozenset({"erstes"})), KeptReadings())


def test_switching_a_programme_off_frees_its_names(shipped: Path, own: Path) -> None:
    a_programme_folder(own, "zweites", module="erstes-grundlagen")
    catalogue = open_catalogue(WantedProgrammes(shipped, own=own, off=frozenset({"erstes"})), KeptReadings())
    assert (slugs(catalogue), catalogue.left_out) == (["zweites"], ())


def test_a_programme_may_be_offered_to_certain_registrations_only(shipped: Path, own: Path) -> None:
    a_programme_folder(own, "zweites")
    catalogue = open_catalogue(WantedProgrammes(shipped, own=own, only_for={"zweites": frozenset({3})}), KeptReadings())
    assert [len(catalogue.offered_to(registration)) for registration in (3, 4, None)] == [2, 1, 1]


def test_a_folder_that_is_itself_a_programme_is_refused_with_the_setting_that_is_meant(shipped: Path, own: Path) -> None:
    folder = a_programme_folder(own, "zweites")
    with pytest.raises(ConfigurationError, match="LTI_TOOL_PROGRAMME_DIR to serve this one alone"):
        open_catalogue(WantedProgrammes(shipped, own=folder), KeptReadings())
    with pytest.raises(ConfigurationError, match="names no folder"):
        open_catalogue(WantedProgrammes(shipped, own=own / "nowhere"), KeptReadings())


def test_the_settings_say_what_is_off_and_for_whom(tmp_path: Path) -> None:
    settings = Settings(programmes_off=" eins , zwei,", programmes_for="drei=1 2; vier = 3,")
    assert settings.programmes_switched_off == {"eins", "zwei"}
    assert settings.registrations_by_programme == {"drei": frozenset({1, 2}), "vier": frozenset({3})}
    for wrong in ("drei", "drei=", "=1", "drei=x"):
        with pytest.raises(ConfigurationError, match='LTI_TOOL_PROGRAMMES_FOR must be like "slug=1 2'):
            load_settings(programmes_for=wrong)
    with pytest.raises(ValidationError, match="set one of the two"):
        Settings(programme_dir=tmp_path, programmes_dir=tmp_path)
    assert Settings(programme_dir="", programmes_dir=tmp_path).programme_dir is None  # type: ignore[arg-type]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Count how often files are read, as in processes of their own: none remembers what another has read."""
    read: list[Path] = []

    def counted(folder: Path) -> object:
        read.append(folder)
        return read_programme(folder)

    monkeypatch.setattr(catalogues, "read_programme", counted)
    return read


def a_new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "_READ", {})


@pytest.fixture
def look(shipped: Path, tmp_path: Path, reads: list[Path], monkeypatch: pytest.MonkeyPatch) -> Callable[[], Catalogue]:
    def start() -> Catalogue:
        a_new_process(monkeypatch)
        return open_catalogue(WantedProgrammes(shipped), KeptReadings(tmp_path / "cache"))

    return start


def test_a_programme_is_read_once_for_all_processes(look: Callable[[], Catalogue], shipped: Path, reads: list[Path]) -> None:
    first = look().served[0]
    assert len(reads) == 1
    again = look().served[0]
    assert (again.head, again.programme) == (first.head, read_programme(shipped / "erstes"))
    assert len(reads) == 1


def test_a_start_takes_the_head_alone_and_no_programme(look: Callable[[], Catalogue]) -> None:
    look()
    assert look().served[0]._programme is None


def test_changed_files_are_read_anew(look: Callable[[], Catalogue], shipped: Path, reads: list[Path]) -> None:
    look()
    path = shipped / "erstes" / "programme.toml"
    path.write_text(path.read_text("utf-8").replace('title = "Erstes"', 'title = "Geändert"'), "utf-8")
    assert look().served[0].programme.title == "Geändert"
    assert len(reads) == 2


@pytest.mark.parametrize("content", [b"", b"no pickle", b"cos\nsystem\n(S'exit 1'\ntR."[:5]])
def test_a_spoilt_file_is_read_anew(look: Callable[[], Catalogue], tmp_path: Path, reads: list[Path], content: bytes) -> None:
    look()
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(content)
    assert look().served[0].programme.slug == "erstes"
    assert len(reads) == 2


@pytest.mark.parametrize("what", ["folder", "files"])
def test_what_others_could_have_written_is_not_loaded(
    look: Callable[[], Catalogue], tmp_path: Path, reads: list[Path], what: str
) -> None:
    look()
    cache = tmp_path / "cache"
    for path in [cache] if what == "folder" else list(cache.iterdir()):
        path.chmod(0o777)
    look()
    assert len(reads) == 2


def test_without_a_place_for_it_everything_goes_on(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    a_new_process(monkeypatch)
    catalogue = open_catalogue(WantedProgrammes(shipped), KeptReadings(tmp_path / "file"))
    assert catalogue.served[0].programme.slug == "erstes"


def test_the_folder_does_not_grow_without_end(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lti_tool.content_versions.kept_readings.MOST_FILES", 4)
    readings, programme = KeptReadings(tmp_path / "cache"), read_programme(shipped / "erstes")
    for number in range(4):
        readings.programme(f"fingerprint-{number}", lambda: programme)
    assert len(os.listdir(tmp_path / "cache")) == 4
