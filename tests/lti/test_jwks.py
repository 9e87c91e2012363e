"""Key sets as platforms write them down, and what is never a key."""

import json
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from lti_tool.lti.keys.jwks import parse_key_set

Json = dict[str, Any]


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return RSAKey.generate_key(2048)


@pytest.fixture(scope="module")
def other() -> RSAKey:
    return RSAKey.generate_key(2048)


def entry_of(key: RSAKey, **more: object) -> Json:
    public = key.as_dict(private=False)
    return {"kty": "RSA", "kid": "k", "n": public["n"], "e": public["e"], **more}


def parse(*entries: object) -> set[str]:
    return set(parse_key_set(json.dumps({"keys": list(entries)})))


def is_taken(document: object, key: RSAKey) -> bool:
    (found,) = parse_key_set(json.dumps(document)).get("k", (None,))
    return found is not None and found.as_dict(private=False)["n"] == key.as_dict(private=False)["n"]


def test_signing_keys_are_taken_by_kid(key: RSAKey) -> None:
    assert parse(entry_of(key), entry_of(key, kid="l", use="sig", alg="RS256")) == {"k", "l"}


def test_of_two_keys_with_one_kid_both_count(key: RSAKey, other: RSAKey) -> None:
    keys = parse_key_set(json.dumps({"keys": [entry_of(key), entry_of(other)]}))
    assert [each.thumbprint() for each in keys["k"]] == [key.thumbprint(), other.thumbprint()]


def test_of_very_many_keys_with_one_kid_few_count(key: RSAKey) -> None:
    assert len(parse_key_set(json.dumps({"keys": [entry_of(key)] * 500}))["k"]) == 4


@pytest.mark.parametrize("name", ["alg", "use"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_empty_say_nothing(key: RSAKey, name: str, nothing: object) -> None:
    assert is_taken({"keys": [entry_of(key, **{name: nothing})]}, key)


def test_numbers_come_padded_too(key: RSAKey) -> None:
    entry = entry_of(key)
    assert is_taken({"keys": [{**entry, "n": entry["n"] + "==", "e": entry["e"] + "="}]}, key)


def test_numbers_come_in_the_other_alphabet_too(key: RSAKey) -> None:
    entry = entry_of(key)
    raw = urlsafe_b64decode(entry["n"] + "==")
    assert is_taken({"keys": [{**entry, "n": b64encode(raw).decode()}]}, key)
    assert is_taken({"keys": [{**entry, "n": b64encode(b"\0" + raw).decode()}]}, key)


def test_numbers_come_with_line_breaks_too(key: RSAKey) -> None:
    entry = entry_of(key)
    assert is_taken({"keys": [{**entry, "n": f"{entry['n'][:64]}\r\n{entry['n'][64:]}"}]}, key)


def test_the_key_may_be_the_last_of_many(key: RSAKey, other: RSAKey) -> None:
    many = [entry_of(other, kid=f"old-{number}") for number in range(80)]
    assert is_taken({"keys": [*many, entry_of(key)]}, key)


@pytest.mark.parametrize("shape", ["numbered", "named", "named, without kid", "single", "bare list", "bare key", "BOM"])
def test_the_list_of_keys_may_be_written_otherwise(key: RSAKey, shape: str) -> None:
    entry = entry_of(key)
    nameless = {name: value for name, value in entry.items() if name != "kid"}
    documents: Json = {
        "numbered": {"keys": {"0": entry, "2": {"kty": "EC"}}},
        "named": {"keys": {"anything": entry}},
        "named, without kid": {"keys": {"k": nameless}},
        "single": {"keys": entry},
        "bare list": [entry],
        "bare key": entry,
        "BOM": {"keys": [entry]},
    }
    text = json.dumps(documents[shape])
    assert set(parse_key_set("\ufeff" + text if shape == "BOM" else text)) == {"k"}


@pytest.mark.parametrize(
    "change",
    [
        {"kid": None},
        {"kid": ""},
        {"kid": 5},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC"},
        {"kty": None},
        {"use": "enc"},
        {"use": ["sig"]},
        {"alg": "RS512"},
        {"alg": "none"},
        {"alg": 5},
        {"d": "AQAB"},
        {"d": None},
        {"n": ""},
        {"n": 5},
        {"n": "!!!"},
        {"n": "===="},
        {"e": "AA"},
        {"e": None},
        {"e": "AQAB" * 10},
        {"n": urlsafe_b64encode(b"\xff" * 128).decode()},
        {"n": urlsafe_b64encode(b"\0" * 200 + b"\xff" * 128).decode()},
        {"n": urlsafe_b64encode(b"\xff" * 2048).decode()},
    ],
)
def test_other_keys_are_not_taken(key: RSAKey, change: Json) -> None:
    assert parse({**entry_of(key), **change}) == set()


@pytest.mark.parametrize(
    "document",
    [
        "",
        "x",
        "[]",
        "5",
        "null",
        "{}",
        '{"keys": {}}',
        '{"keys": null}',
        '{"keys": [5, [], null]}',
        '{"keys": {"a": 5}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_key_set_holds_no_keys(document: str) -> None:
    assert parse_key_set(document) == {}
