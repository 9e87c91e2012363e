"""What looks broken to the eye and is fine for a machine: a button of one letter a line, a select without its frame."""

from playwright.sync_api import Page

# A label of one short word may be as high as it is wide, with a button's padding.
_HIGHEST = 1.6
_FIND = """(highest) => {
  const isShown = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getBoundingClientRect().width > 1;
  const found = [];
  for (const button of [...document.querySelectorAll("button, .kern-btn")].filter(isShown)) {
    const { width, height } = button.getBoundingClientRect();
    const label = button.querySelector(".kern-label");
    if (height > highest * width) found.push(`${Math.round(width)} x ${Math.round(height)}: ${button.innerText}`);
    if (label && label.scrollWidth > button.clientWidth + 1) found.push(`runs out of its box: ${button.innerText}`);
  }
  for (const select of [...document.querySelectorAll("select")].filter(isShown)) {
    if (!select.closest(".kern-form-input__select-wrapper")) found.push(`select without frame: ${select.name}`);
  }
  return found;
}"""


def crooked(page: Page) -> list[str]:
    """Give what is broken in the layout of the present page."""
    found: list[str] = page.evaluate(_FIND, _HIGHEST)
    return found
