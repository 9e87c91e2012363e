"""What lies at a platform and what does not, from the side of somebody at the same host."""

import pytest

from lti_tool.lti.registering.sites import is_same_site, site_meant, site_of

SCHOOL = "https://moodle.land.example/schule1"


@pytest.mark.parametrize(
    "address",
    [
        SCHOOL,
        f"{SCHOOL}/",
        f"{SCHOOL}/mod/lti/certs.php",
        f"{SCHOOL}/mod/lti/certs.php?id=1",
        "https://MOODLE.Land.example/schule1/x",
        "https://moodle.land.example:443/schule1/x",
        "https://moodle.land.example./schule1/x",
        f"{SCHOOL}/umlaut-%C3%BC",
    ],
)
def test_what_lies_at_a_platform(address: str) -> None:
    site = site_of(SCHOOL)
    assert site is not None
    assert site.holds(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://moodle.land.example",
        "https://moodle.land.example/",
        "https://moodle.land.example/schule2/certs.php",
        "https://moodle.land.example/schule10/certs.php",
        "https://moodle.land.example/schule1.evil/x",
        "https://moodle.land.example/Schule1/x",
        "https://moodle.land.example/pluginfile.php/4711/jwks.json",
        "http://moodle.land.example/schule1/x",
        "https://moodle.land.example:8443/schule1/x",
        "https://moodle.land.example:80/schule1/x",
        "https://evil.moodle.land.example/schule1/x",
        "https://land.example/schule1/x",
        "https://moodle.land.example.evil.test/schule1/x",
        "https://moodle.land.example@evil.test/schule1/x",
        "https://evil.test@moodle.land.example/schule1/x",
        "https://moodle.land.example\\@evil.test/schule1/x",
        "https://evil.test/https://moodle.land.example/schule1",
        "https://evil.test#https://moodle.land.example/schule1",
        f"{SCHOOL}/../schule2/x",
        f"{SCHOOL}/..;/schule2/x",
        f"{SCHOOL}/..;a=b/schule2/x",
        f"{SCHOOL}/%2e%2e/schule2/x",
        f"{SCHOOL}/%252e%252e/schule2/x",
        f"{SCHOOL}/.%2e/schule2/x",
        f"{SCHOOL}/..%2fschule2/x",
        f"{SCHOOL}/%5c../schule2/x",
        f"{SCHOOL}/./x",
        f"{SCHOOL}//evil.test/x",
        f"{SCHOOL}%2f..%2fschule2",
        f"{SCHOOL}/%00/x",
        "https://xn--mdle-7qa.land.example/schule1/x",
        "https://moоdle.land.example/schule1/x",
        "//moodle.land.example/schule1/x",
        "javascript:alert(1)",
        "",
    ],
)
def test_what_does_not(address: str) -> None:
    site = site_of(SCHOOL)
    assert site is not None
    assert not site.holds(address)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("https://lms.example", "https://lms.example/", True),
        ("https://lms.example", "https://LMS.example:443", True),
        ("https://lms.example", "https://lms.example.", True),
        ("https://lms.example", "http://lms.example", False),
        ("https://lms.example/a", "https://lms.example/a/", True),
        ("https://lms.example/a", "https://lms.example/A", False),
        ("https://[2001:db8::1]:8443", "https://[2001:DB8::1]:8443/", True),
        ("http://127.0.0.1:80", "http://127.0.0.1", True),
        ("lms.example", "lms.example", False),
    ],
)
def test_two_ways_of_writing_one_address(one: str, other: str, is_same: bool) -> None:
    assert is_same_site(one, other) is is_same


@pytest.mark.parametrize(
    ("copied", "site"),
    [
        ("https://lms.example/course/view.php?id=3", "https://lms.example"),
        ("https://lms.example/schule1/course/view.php?id=3#section-2", "https://lms.example/schule1"),
        ("https://lms.example/schule1/mod/lti/index.php", "https://lms.example/schule1"),
        ("https://lms.example/schule1/", "https://lms.example/schule1"),
        ("https://lms.example/ilias.php?ref_id=1", "https://lms.example"),
        ("https://lms.example/schule1.php.d", "https://lms.example/schule1.php.d"),
        ("https://lms.example", "https://lms.example"),
    ],
)
def test_a_pages_address_stands_for_its_platform(copied: str, site: str) -> None:
    assert str(site_meant(copied)) == site
