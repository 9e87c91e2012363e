"""Addresses that are built once are those that the router builds."""

from flask import Flask, url_for

from lti_tool.web.addresses import MOST_KEPT, address_of


def an_app() -> Flask:
    app = Flask("test")
    app.add_url_rule("/people/<int:number>", "person", lambda number: "")
    app.add_url_rule("/list", "list", lambda: "")
    return app


def test_a_kept_address_is_the_routers() -> None:
    app = an_app()
    with app.test_request_context("/list"):
        for _ in range(2):
            assert address_of("person", number=3) == url_for("person", number=3) == "/people/3"
            assert address_of("list", sort="name", show=["a", "b"]) == url_for("list", sort="name", show=["a", "b"])
            assert address_of("list", show="ä&?") == url_for("list", show="ä&?")
            assert address_of("list", _anchor="end") == "/list#end"


def test_addresses_below_another_path_are_others() -> None:
    app = an_app()
    with app.test_request_context("/list"):
        assert address_of("list") == "/list"
    with app.test_request_context("/list", base_url="http://localhost/tool"):
        assert address_of("list") == "/tool/list"


def test_one_and_true_are_two_addresses() -> None:
    with an_app().test_request_context("/list"):
        assert [address_of("list", show=value) for value in (1, True, 1.0)] == [
            url_for("list", show=value) for value in (1, True, 1.0)
        ]


def test_no_more_than_so_many_are_kept() -> None:
    app = an_app()
    with app.test_request_context("/list"):
        for number in range(MOST_KEPT + 10):
            address_of("person", number=number)
        assert address_of("person", number=MOST_KEPT + 9) == f"/people/{MOST_KEPT + 9}"
    assert len(app.extensions["addresses"]) == MOST_KEPT
