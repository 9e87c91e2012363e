from datetime import UTC, date, datetime

import pytest

from lti_tool.domain.documents.certificate import day_of, hours_in_print


def test_a_certificate_bears_the_german_date() -> None:
    assert day_of(datetime(2026, 11, 22, 23, 30, tzinfo=UTC)) == date(2026, 11, 23)


@pytest.mark.parametrize(("hours", "printed"), [(39.6, 39.5), (40.2, 40.0), (8.8, 9.0), (0.1, 0.5)])
def test_hours_are_printed_in_halves(hours: float, printed: float) -> None:
    assert hours_in_print(hours) == printed
