"""Journey 38, the paper: a QR code on a copy that was drawn coarsely, stained, skewed and made black and white is still read."""

import io
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from lti_tool.certificates.documents.typeset import pictures
from lti_tool.domain.documents.certificate import Facts

# Where the code is on the page, in millimetres; how wide the page is.
LEFT, TOP, SIZE, PAGE = 154, 249, 30, 210
SHORT = "https://tool.example/verify/3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGT"
LONG = "https://smart-city.lernplattform.brandenburg.example/verify/3QF8-W2M0-TZ6C-1RVN-5KD7-YH9X-BGT"


@pytest.fixture(params=[SHORT, LONG], ids=["a short host", "a long host"])
def paper(request: pytest.FixtureRequest, facts: Facts, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Image.Image]:
    """A page as a copier of an office draws it: 200 dots per inch, grey."""
    monkeypatch.setattr("lti_tool.certificates.documents.typeset._PICTURE_PPI", 200.0)
    (picture,) = pictures(replace(facts, verify_url=request.param))
    return request.param, Image.open(io.BytesIO(picture)).convert("L")


def read(page: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(page)]


def bad_copies(page: Image.Image, *, stain: float) -> Iterator[Image.Image]:
    """Copy a page badly in ten ways: a stain on a share of the code, blur, noise, skew, and mostly black and white."""
    dice = random.Random(38)
    mm = page.width / PAGE
    for _ in range(10):
        copy = page.copy()
        radius = SIZE * mm * (stain / 3.14) ** 0.5
        x, y = (LEFT + SIZE * dice.uniform(0.4, 0.6)) * mm, (TOP + SIZE * dice.uniform(0.4, 0.6)) * mm
        ImageDraw.Draw(copy).ellipse((x - radius, y - radius, x + radius, y + radius), fill=dice.choice((0, 255)))
        copy = copy.filter(ImageFilter.GaussianBlur(dice.uniform(0, 1.2)))
        copy = Image.blend(copy, Image.effect_noise(copy.size, dice.uniform(0, 120)), 0.2)
        copy = copy.rotate(dice.uniform(-6, 6), fillcolor=255, resample=Image.Resampling.BICUBIC)
        threshold = dice.choice((None, 100, 140, 180))
        yield copy if threshold is None else copy.point(lambda grey, at=threshold: 255 if grey > at else 0)


def test_the_code_is_as_large_as_a_letterhead_has_room_for(paper: tuple[str, Image.Image]) -> None:
    address, page = paper
    (found,) = zxingcpp.read_barcodes(page)
    width_mm = (found.position.top_right.x - found.position.top_left.x) * PAGE / page.width
    assert found.text == address
    assert width_mm == pytest.approx(SIZE, abs=1)


def test_it_is_read_on_bad_black_and_white_copies(paper: tuple[str, Image.Image]) -> None:
    address, page = paper
    assert [read(copy) for copy in bad_copies(page, stain=0.02)] == [[address]] * 10


def test_it_is_read_with_a_stain_on_a_tenth_of_it(paper: tuple[str, Image.Image]) -> None:
    address, page = paper
    assert [read(copy) for copy in bad_copies(page, stain=0.1)] == [[address]] * 10


def test_it_is_read_at_half_the_size_as_two_pages_on_one_sheet_have_it(paper: tuple[str, Image.Image]) -> None:
    address, page = paper
    small = page.resize((page.width // 2, page.height // 2), Image.Resampling.LANCZOS)
    assert read(small) == [address]
    assert read(small.point(lambda grey: 255 if grey > 128 else 0)) == [address]
