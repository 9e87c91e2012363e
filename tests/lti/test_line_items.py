"""Line items: addresses, exact media types, paging, finding the right column."""

import json
from dataclasses import replace

import pytest

from lti_tool.lti.advantage.line_items import (
    LineItem,
    NewLineItem,
    create_line_item,
    list_line_items,
    read_line_item,
    results_url,
    scores_url,
)
from lti_tool.lti.advantage.paging import next_page_of
from lti_tool.lti.advantage.service_client import ServiceClient
from lti_tool.lti.claims.claim_names import SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ
from lti_tool.lti.errors import ServiceRefused, ServiceUnavailable
from tests.lti.recording_platform import NOW, RecordingPlatform

MOODLE = "https://moodle.test/mod/lti/services.php/2/lineitems/87/lineitem"
# As Moodle 4.2.3 sends it: typographic quotes (UTF-8 read as Latin-1) and `&amp;`.
MOODLE_LINK = (
    "<https://moodle.test/mod/lti/services.php/2/lineitems?type_id=7&amp;limit=1&amp;from=0>; rel=\u00e2\u0080\u009cfirst"
    "\u00e2\u0080\u009d, <https://moodle.test/mod/lti/services.php/2/lineitems?type_id=7&amp;limit=1&amp;from=1>; "
    "rel=\u00e2\u0080\u009cnext\u00e2\u0080\u009d, "
    "<https://moodle.test/mod/lti/services.php/2/lineitems?type_id=7&amp;limit=1&amp;from=3>; rel=\u00e2\u0080\u009clast"
    "\u00e2\u0080\u009d"
)


def test_scores_go_into_the_path_before_moodles_query() -> None:
    assert scores_url(f"{MOODLE}?type_id=6") == f"{MOODLE}/scores?type_id=6"
    assert scores_url("https://lms.test/item/1") == "https://lms.test/item/1/scores"
    assert scores_url("https://lms.test/item/1/") == "https://lms.test/item/1/scores"


def test_results_of_one_user_are_asked_for_in_the_query() -> None:
    assert results_url(f"{MOODLE}?type_id=6", user_id="4") == f"{MOODLE}/results?type_id=6&user_id=4"
    assert results_url(MOODLE) == f"{MOODLE}/results"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (MOODLE_LINK, "https://moodle.test/mod/lti/services.php/2/lineitems?type_id=7&limit=1&from=1"),
        ('<https://lms.test/m?limit=5&from=5>; rel="next"', "https://lms.test/m?limit=5&from=5"),
        ("<https://lms.test/m?page=2>;rel=next", "https://lms.test/m?page=2"),
        ('<https://lms.test/m?page=2>; title="a, b"; rel="next"', "https://lms.test/m?page=2"),
        ('<?page=3>; rel="next"', "https://lms.test/list?page=3"),
        ('<https://lms.test/m>; rel="last next"', "https://lms.test/m"),
        ('<https://lms.test/m>; rel="next  last"', "https://lms.test/m"),
        ("<https://lms.test/m>; REL=Next; type=x", "https://lms.test/m"),
        ("<https://lms.test/m>; rel='next'", "https://lms.test/m"),
        ('<https://lms.test/1>; rel="first", <https://lms.test/m>; title="x"; rel="last next"', "https://lms.test/m"),
        ('<https://lms.test/m>; rel="last"', None),
        ('<https://lms.test/m>; rel="nextpage"', None),
        ('<https://lms.test/m>; rel="https://x.test/next"', None),
        ('<https://lms.test/m>; rel="prev"; rel="next"', None),
        ('<https://lms.test/m>; title="; rel=next"; rel="prev"', None),
        ('<https://lms.test/next>; rel="prev"', None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_the_next_page_is_found_in_headers_good_and_odd(header: str, expected: str | None) -> None:
    assert next_page_of(header, "https://lms.test/list") == expected


def test_a_list_is_read_page_by_page_with_the_exact_media_type(client: ServiceClient, platform: RecordingPlatform) -> None:
    first = {"id": f"{platform.url}/items/1", "label": "Eins", "scoreMaximum": 10, "resourceId": "", "tag": ""}
    second = {"id": f"{platform.url}/items/2", "label": "Zwei", "scoreMaximum": 100.0, "resourceLinkId": 15}
    platform.tell("/items", 200, [first], Link=f'<{platform.url}/items?page=2>; rel="next"')
    platform.tell("/items", 200, [second])
    items = list(list_line_items(client, platform.registration, f"{platform.url}/items?type_id=6", now=NOW))
    assert items == [
        LineItem(f"{platform.url}/items/1", "Eins", 10.0),
        LineItem(f"{platform.url}/items/2", "Zwei", 100.0, resource_link_id="15"),
    ]
    pages = platform.asked_at("/items")
    assert pages[0].headers["Accept"] == "application/vnd.ims.lis.v2.lineitemcontainer+json"
    assert pages[0].query == {"type_id": ["6"]}
    assert pages[1].query == {"page": ["2"]}


def test_a_next_page_on_another_origin_is_refused(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/items", 200, [], Link='<https://evil.example/items?page=2>; rel="next"')
    with pytest.raises(ServiceRefused) as caught:
        list(list_line_items(client, platform.registration, f"{platform.url}/items", now=NOW))
    assert caught.value.code == "foreign_address"


def test_pages_that_lead_in_a_circle_come_to_an_end(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/items", 200, [], times=5, Link=f'<{platform.url}/items>; rel="next"')
    with pytest.raises(ServiceUnavailable) as caught:
        list(list_line_items(client, platform.registration, f"{platform.url}/items", now=NOW))
    assert caught.value.code == "endless_pages"


@pytest.mark.parametrize("body", [{}, "x", 5, [5, "x", None, {}, {"id": ""}, {"id": 7}]])
def test_lists_of_another_shape_hold_nothing(client: ServiceClient, platform: RecordingPlatform, body: object) -> None:
    platform.tell("/items", 200, body)
    assert list(list_line_items(client, platform.registration, f"{platform.url}/items", now=NOW)) == []


@pytest.mark.parametrize(
    ("offered", "asked"),
    [
        (frozenset[str](), SCOPE_LINE_ITEM_READ),
        (frozenset({SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ}), SCOPE_LINE_ITEM_READ),
        (frozenset({SCOPE_LINE_ITEM}), SCOPE_LINE_ITEM),
    ],
)
def test_no_more_is_asked_for_than_is_needed_and_offered(
    client: ServiceClient, platform: RecordingPlatform, offered: frozenset[str], asked: str
) -> None:
    platform.tell("/items", 200, [])
    list(list_line_items(client, platform.registration, f"{platform.url}/items", offered_scopes=offered, now=NOW))
    assert platform.asked_at("/token")[0].form["scope"] == asked


def an_item(url: str, *, link: str = "95", resource: str = "", tag: str = "") -> dict[str, object]:
    return {"id": url, "label": url, "scoreMaximum": 100, "resourceLinkId": link, "resourceId": resource, "tag": tag}


@pytest.mark.parametrize(
    ("told", "read"),
    [("100", 100.0), ("12,5", 12.5), (0, 0.0), (-5, 0.0), (10**400, 0.0), ("viel", 0.0), (True, 0.0), (None, 0.0), (10**9, 0.0)],
)
def test_a_maximum_that_makes_no_sense_counts_as_none(
    client: ServiceClient, platform: RecordingPlatform, told: object, read: float
) -> None:
    platform.tell("/items", 200, [{"id": f"{platform.url}/items/1", "label": "Eins", "scoreMaximum": told}])
    (item,) = list_line_items(client, platform.registration, f"{platform.url}/items", now=NOW)
    assert item.score_maximum == read


def test_a_new_column_is_sent_whole(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/items", 201, an_item(f"{platform.url}/items/9", resource="module-1", tag="score"))
    new = NewLineItem("Modul 1", 100, "module-1", "score", resource_link_id="95")
    created = create_line_item(client, platform.registration, f"{platform.url}/items?type_id=6", new, now=NOW)
    assert created.url == f"{platform.url}/items/9"
    (asked,) = platform.asked_at("/items")
    assert asked.headers["Content-Type"] == "application/vnd.ims.lis.v2.lineitem+json"
    assert json.loads(asked.body) == {
        "label": "Modul 1",
        "scoreMaximum": 100,
        "resourceId": "module-1",
        "tag": "score",
        "resourceLinkId": "95",
    }


@pytest.mark.parametrize("status", [400, 403, 404, 415])
def test_a_column_that_the_platform_does_not_make_is_refused(
    client: ServiceClient, platform: RecordingPlatform, status: int
) -> None:
    platform.tell("/items", status, times=2)
    with pytest.raises(ServiceRefused) as caught:
        create_line_item(client, platform.registration, f"{platform.url}/items", NewLineItem("a", 1, "b", "c"), now=NOW)
    assert caught.value.code == f"http_{status}"


def test_one_column_is_read(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/items/9", 200, an_item(f"{platform.url}/items/9"))
    item = read_line_item(client, platform.registration, f"{platform.url}/items/9", now=NOW)
    assert item.score_maximum == 100.0
    assert platform.asked_at("/items/9")[0].headers["Accept"] == "application/vnd.ims.lis.v2.lineitem+json"


def test_an_empty_answer_is_an_empty_list(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/lineitems", 204)
    assert list(list_line_items(client, platform.registration, f"{platform.url}/lineitems", now=NOW)) == []


def test_the_ids_of_a_platform_behind_a_tls_proxy_are_those_of_the_proxy(
    client: ServiceClient, platform: RecordingPlatform
) -> None:
    # As a platform that is registered with https would see it; on a port of its own the test's server speaks http.
    registration = replace(platform.registration, issuer="https://lms.test")
    platform.tell("/lineitems", 200, [{"id": "http://lms.test/item/1", "label": "x", "scoreMaximum": 100}])
    (item,) = list_line_items(client, registration, f"{platform.url}/lineitems", now=NOW)
    assert item.url == "https://lms.test/item/1"


@pytest.mark.parametrize("odd", [{"a": "ODD"}, ["ODD"], True, "ODD\x00", "ODD\ud800", None, ""])
def test_texts_of_a_line_item_that_are_none_are_absent(client: ServiceClient, platform: RecordingPlatform, odd: object) -> None:
    entry = {"id": f"{platform.url}/1", "label": odd, "resourceId": odd, "tag": odd, "resourceLinkId": odd, "scoreMaximum": 100}
    platform.tell("/lineitems", 200, [entry])
    (item,) = list_line_items(client, platform.registration, f"{platform.url}/lineitems", now=NOW)
    assert item == LineItem(f"{platform.url}/1", "", 100)


def test_numbers_of_a_line_item_are_texts(client: ServiceClient, platform: RecordingPlatform) -> None:
    platform.tell("/lineitems", 200, [{"id": f"{platform.url}/1", "label": 2026, "resourceLinkId": 95, "scoreMaximum": 100}])
    (item,) = list_line_items(client, platform.registration, f"{platform.url}/lineitems", now=NOW)
    assert (item.label, item.resource_link_id) == ("2026", "95")
