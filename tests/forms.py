"""The forms of a page as a browser would send them: hidden fields, selected options, ticked boxes, form= attributes."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """Where it goes, and what it sends if nobody changes anything."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.by_id: dict[str, Form] = {}
        self.late: list[tuple[str, str, str]] = []
        self.open: Form | None = None
        self.area: tuple[Form | None, str, str] | None = None
        self.text = ""
        self.select: tuple[str, str] | None = None
        self.is_first_option = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = Form(given.get("action", ""))
            self.forms.append(self.open)
            if "id" in given:
                self.by_id[given["id"]] = self.open
        elif tag == "input" and "name" in given:
            kind = given.get("type", "text")
            if kind == "file" or (kind in ("checkbox", "radio") and "checked" not in given):
                return
            self.set(given, given.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "select" and "name" in given:
            self.select, self.is_first_option = (given.get("form", ""), given["name"]), True
            self.set(given, "")
        elif tag == "option" and self.select is not None:
            form, name = self.select
            target = self.target(form)
            if target is not None and ("selected" in given or self.is_first_option):
                target.fields[name] = given.get("value", "")
            self.is_first_option = False
        elif tag == "textarea" and "name" in given:
            self.area = (self.target(given.get("form", "")), given["name"], given.get("form", ""))
            self.text = ""

    def target(self, form: str) -> Form | None:
        return self.by_id.get(form) if form else self.open

    def set(self, given: dict[str, str], value: str) -> None:
        target = self.target(given.get("form", ""))
        if target is not None:
            target.fields[given["name"]] = value
        elif given.get("form"):
            self.late.append((given["form"], given["name"], value))

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.open = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea" and self.area is not None:
            form, name, _ = self.area
            if form is not None:
                form.fields[name] = self.text.removeprefix("\n")
            self.area = None


def forms_on(page: str) -> list[Form]:
    """Give all forms of a page."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    for form_id, name, value in reader.late:
        if form_id in reader.by_id:
            reader.by_id[form_id].fields[name] = value
    return reader.forms


def form_on(page: str, action: str) -> Form:
    """Give the one form whose address contains `action`."""
    (found,) = [form for form in forms_on(page) if action in form.action]
    return found
