"""What a page asks its visitor before it is left."""

from playwright.sync_api import Dialog, Page


def answered_dialogs(page: Page, *, leaves: bool) -> list[str]:
    """Answer whatever the page will ask, and give the list that its questions come into."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        if leaves:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    return asked
