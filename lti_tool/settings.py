"""All settings: environment variables with the prefix LTI_TOOL_, each also as …_FILE; checked once, at the start."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from lti_tool.errors import ConfigurationError

PREFIX = "LTI_TOOL_"


class _FromFiles(PydanticBaseSettingsSource):
    """Read `LTI_TOOL_X` from the file that `LTI_TOOL_X_FILE` names (secrets of containers arrive so)."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as err:
            raise ConfigurationError(
                f"{PREFIX}{field_name.upper()}_FILE names a file that cannot be read: {path} ({err.strerror})"
            ) from err

    def __call__(self) -> dict[str, Any]:
        values = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                values[key] = value
        return values


class Settings(BaseSettings):
    """What an operator can set. Documented for operators in docs/operations.md."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    public_url: str = "http://localhost:8000"
    """Where browsers and platforms reach the tool; every absolute address is built from it. No slash at the end."""
    former_urls: str = ""
    """Where the tool was reached before, separated by commas: printed codes and signed badges name these addresses for ever."""
    data_dir: Path = Path("var")
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in `data_dir`."""
    keys_dir: Path = Path("keys")
    secret_key: SecretStr = SecretStr("")
    """Signs cookies and forms. Empty is allowed in development only: then one is made and kept in `data_dir`."""
    environment: Literal["development", "production"] = "development"
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    compress_pages: bool = True
    deployment_policy: Literal["approve", "first-use"] = "approve"
    programme_dir: Path | None = None
    """The one programme to serve; absent: the shipped ones and those in `programmes_dir`."""
    programmes_dir: Path | None = None
    """A folder of the operator's own programme folders, served beside the shipped ones."""
    programmes_off: str = ""
    """Slugs of programmes, separated by commas, that no new course can choose."""
    programmes_for: str = ""
    """Which programmes are offered to some registrations only: `slug=1 2; another=3`, with the registrations' ids."""
    cache_dir: Path | None = None
    """What only saves time: programmes as they were read; absent: in `data_dir`."""
    issuer_name: str = "Smart-City-Akademie (Beispiel)"
    issuer_url: str = ""
    issuer_country: Literal["AT", "BE", "CH", "DE", "IT", "LI", "LU"] = "DE"
    """Where German is an official language; named in European Digital Credentials alone."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_style: Literal["line", "json"] = "line"
    certificate_letterhead: Path | None = None
    """TOML file with what documents bear: titles, signatories, logo text, colour, language (domain/documents/letterhead.py)."""
    certificate_template: Path | None = None
    """The operator's own typst template instead of the shipped one; alone in its folder."""
    modules_count_months: int = Field(default=24, ge=0, le=600)
    """How long a completed module counts towards the certificate; 0: for ever."""
    erasure_list: Path | None = None
    """File that notes whom an operator erased, as hashes; absent: in `data_dir`. A restored backup must not bring them back."""
    erase_after_days: int | None = Field(default=None, ge=0, le=30)
    """How many days after asking somebody is erased without the operator's doing; absent: the operator decides."""
    hints_kept_months: int = Field(default=18, ge=1, le=120)
    """How long hints to the authors are kept: a yearly revision of the content and some reserve."""
    survey_least_people: int = Field(default=5, ge=5, le=50)
    """How many people are at least behind any figure of a survey; can only be raised."""
    survey_keys_dir: Path | None = None
    """Where the keys of surveys that are not opened yet lie, for workers to write; absent: `surveys` in `keys_dir`."""
    seal_level: Literal["none", "B-B", "B-T", "B-LTA"] = "none"
    """PAdES level of the seal on documents."""
    seal_key: SecretStr = SecretStr("")
    """PEM: private key, certificate and chain; usually as LTI_TOOL_SEAL_KEY_FILE."""
    seal_pkcs12: Path | None = None
    """The same as a PKCS#12 file, instead of `seal_key`."""
    seal_passphrase: SecretStr = SecretStr("")
    seal_tsa_url: str = ""
    """RFC 3161 timestamp authority; needed from B-T on."""
    seal_trust: str = ""
    """PEM roots of the seal's and the timestamps' certificates; needed for B-LTA."""
    badges: Literal["on", "off"] | None = None
    """Open Badges inside the documents; absent: in development only."""
    metrics_token: SecretStr = SecretStr("")
    rate_limits: Literal["on", "off"] = "on"
    embedded_worker: Literal["auto", "on", "off"] = "auto"
    """Whether `serve` also delivers scores; `auto`: on SQLite only."""
    allow_private_platforms: bool | None = None
    """Whether a platform may register from a private network or this machine; absent: in development only."""
    platform_hosts: str = ""
    """Further hosts, separated by commas, where a platform that registers may have its endpoints."""
    legal_dir: Path | None = None
    """Folder with the operator's privacy.md, imprint.md and accessibility.md, each also as .en.md, and easy-language.md."""
    contact_email: str = ""
    """Where barriers are reported."""
    enforcement_body: str = ""
    """The Land's body that enforces accessibility: name and how to reach it."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FromFiles(settings_cls)

    @field_validator("public_url")
    @classmethod
    def _is_our_address(cls, value: str) -> str:
        return _web_address(value)

    @field_validator("former_urls")
    @classmethod
    def _are_former_addresses(cls, value: str) -> str:
        return ",".join(_web_address(each.strip()) for each in value.split(",") if each.strip())

    @field_validator("programme_dir", "programmes_dir", "cache_dir", "survey_keys_dir", mode="before")
    @classmethod
    def _is_absent_where_empty(cls, value: object) -> object:
        # A line without a value in a container's settings; `Path("")` would be wherever the process was started.
        return None if value == "" else value

    @field_validator("programmes_off")
    @classmethod
    def _are_slugs(cls, value: str) -> str:
        return ",".join(_slugs(value))

    @field_validator("programmes_for")
    @classmethod
    def _are_registrations(cls, value: str) -> str:
        _registrations_by_slug(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        # What was given is not repeated: it holds a password.
        if value and value.partition("://")[0] not in ("sqlite", "postgresql", "postgresql+psycopg"):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @model_validator(mode="after")
    def _serves_one_or_several(self) -> Self:
        if self.programme_dir is not None and self.programmes_dir is not None:
            raise ValueError(
                "PROGRAMME_DIR serves one programme alone, PROGRAMMES_DIR several beside the shipped ones: set one of the two"
            )
        return self

    @model_validator(mode="after")
    def _is_complete_for_production(self) -> Self:
        secret = self.secret_key.get_secret_value()
        if self.environment == "production" and len(secret) < 32:
            raise ValueError("SECRET_KEY is needed in production, at least 32 random characters")
        return self

    @cached_property
    def effective_database_url(self) -> str:
        """Give the database URL with the default filled in."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'lti-tool.sqlite3').absolute()}"

    @property
    def effective_cache_dir(self) -> Path:
        return self.cache_dir or self.data_dir / "cache"

    @property
    def programmes_switched_off(self) -> frozenset[str]:
        return frozenset(_slugs(self.programmes_off))

    @property
    def registrations_by_programme(self) -> dict[str, frozenset[int]]:
        """Give the ids of the registrations to which alone a programme is offered, by its slug."""
        return _registrations_by_slug(self.programmes_for)

    @property
    def effective_erasure_list(self) -> Path:
        return self.erasure_list or self.data_dir / "erased-people.jsonl"

    @property
    def effective_survey_keys_dir(self) -> Path:
        return self.survey_keys_dir or self.keys_dir / "surveys"

    @property
    def former_public_urls(self) -> tuple[str, ...]:
        """Give the former addresses that are not the present one again."""
        return tuple(each for each in self.former_urls.split(",") if each and each != self.public_url)

    @property
    def private_platforms_allowed(self) -> bool:
        return not self.is_production if self.allow_private_platforms is None else self.allow_private_platforms

    @property
    def badges_on(self) -> bool:
        return not self.is_production if self.badges is None else self.badges == "on"

    @property
    def is_production(self) -> bool:
        return self.environment == "production"


def _slugs(value: str) -> list[str]:
    return [each.strip() for each in value.split(",") if each.strip()]


def _registrations_by_slug(value: str) -> dict[str, frozenset[int]]:
    """Read `slug=1 2; another=3`."""
    found: dict[str, frozenset[int]] = {}
    for part in (each.strip() for each in value.split(";")):
        if part:
            slug, _, ids = part.partition("=")
            words = ids.replace(",", " ").split()
            if not slug.strip() or not words or not all(word.isascii() and word.isdigit() for word in words):
                raise ValueError(f'must be like "slug=1 2; another=3", with ids of registrations (got "{part}")')
            found[slug.strip()] = frozenset(map(int, words))
    return found


def _web_address(value: str) -> str:
    """Give an address of this tool without slash at the end, or say what is wrong with it."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f'must be a web address like https://lernen.example.org (got "{value}")')
    if parts.path.rstrip("/") or parts.query or parts.fragment:
        raise ValueError(f'must name the host only, without path or query (got "{value}")')
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValueError(f'must start with https:// (got "{value}"); http:// works on localhost only')
    try:
        is_port = parts.port != 0
    except ValueError:
        is_port = False
    if not is_port:
        raise ValueError(f'must name a port by its number (got "{value}")')
    return value.rstrip("/")


def load_settings(**overrides: Any) -> Settings:
    """Read the settings, or stop with one sentence that names the variable.

    Raises:
        ConfigurationError: a variable is missing or wrong.
    """
    try:
        return Settings(**overrides)
    except ValidationError as err:
        problems = []
        for error in err.errors():
            name = PREFIX + str(error["loc"][0]).upper() if error["loc"] else ""
            text = error["msg"].removeprefix("Value error, ")
            problems.append(f"{name} {text}".strip() if name else f"{PREFIX}{text}")
        raise ConfigurationError("; ".join(problems)) from None
