"""A participant in a real browser who knows all the answers."""

import re
from dataclasses import dataclass
from html import unescape

from playwright.sync_api import Frame, Locator, Page

from lti_tool.domain.content.programme import Module, Programme
from lti_tool.domain.items import Case, Item
from lti_tool.domain.items.shown import ShownSelect


def plain(html: str) -> str:
    """Give what a person reads of a piece of HTML, white space folded."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).replace("\xa0", " ").split())


def shown(locator: Locator) -> str:
    return " ".join((locator.text_content() or "").replace("\xa0", " ").split())


@dataclass
class Learner:
    """Acts on a page or inside a frame of one."""

    screen: Page | Frame
    programme: Programme

    def read_all_lessons(self, module: Module) -> None:
        """From the module page: open the lesson that comes next and mark each as read."""
        self.screen.get_by_role("link", name=re.compile(r"Lektion \d\.\d")).first.click()
        for lesson in module.lessons:
            self.screen.get_by_role("heading", level=1, name=lesson.title).wait_for()
            self.screen.get_by_role("button", name="Als gelesen markieren").click()

    def pass_quiz(self, module: Module, *, wrong: int = 0) -> None:
        """From the quiz's front page: begin, answer (the first `wrong` questions not at all), hand in."""
        self.screen.get_by_role("button", name=re.compile("Versuch . von 3 beginnen")).click()
        count = self.programme.assessment.items
        for position in range(1, count + 1):
            self.screen.get_by_role("heading", level=1, name=f"Frage {position} von {count}").wait_for()
            if position > wrong:
                self.answer(self.item_on_screen(module))
            self.screen.get_by_role("button", name="Weiter").click()
        self.screen.get_by_role("heading", level=1, name="Vor dem Abgeben").wait_for()
        self.screen.get_by_role("button", name="abgeben").click()

    def item_on_screen(self, module: Module) -> Item:
        stem = shown(self.screen.locator("#stem"))
        vignette = self.screen.locator(".vignette")
        case = shown(vignette) if vignette.count() else ""
        for item in module.items:
            if plain(item.stem_html) == stem and (plain(item.vignette_html) if isinstance(item, Case) else "") == case:
                return item
        raise AssertionError(f"no item of {module.slug} reads: {stem}")

    def answer(self, item: Item) -> None:
        """Give the full answer, going by what is read on the page: it shows things in another order."""
        right = item.show(range(item.count_of_choices), item.right_answer)
        if right.kind == "ordering":
            ranks = {plain(step.html): rank for rank, step in enumerate(right.choices)}
            for row in self.screen.locator(".ordering__step").all():
                row.locator("select").select_option(index=ranks[shown(row.locator(".ordering__text"))])
        elif right.kind == "numeric":
            self.screen.locator("#number").fill(right.typed)
        elif right.selects:
            for entry in right.selects:
                self._decide(entry, {choice.place: plain(choice.html) for choice in right.choices})
        else:
            self._tick({plain(choice.html) for choice in right.choices if choice.is_chosen})

    def _tick(self, right: set[str]) -> None:
        for row in self.screen.locator(".kern-form-check").all():
            if shown(row.locator("label")) in right:
                row.locator("input").check()

    def _decide(self, entry: ShownSelect, texts: dict[int, str]) -> None:
        """Answer one part of a question: in the row with its text, or else in the select of its name."""
        assert entry.chosen is not None
        rows = [row for row in self.screen.locator(".match").all() if shown(row.locator(".match__text")) == plain(entry.html)]
        place = rows[0] if rows else self.screen
        if texts:
            select = place.locator("select" if rows else f"select[name={entry.name}]")
            places = {shown(option): option.get_attribute("value") for option in select.locator("option").all()}
            select.select_option(value=places[texts[entry.chosen]])
        else:
            # The same words beside each part: the value says which is meant.
            place.locator(f"input[type=radio][value='{entry.chosen}']").check()
