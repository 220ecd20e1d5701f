"""A person who has a keyboard and nothing else."""

from typing import Any, Final

from playwright.sync_api import FileChooser, Locator, Page

FARTHEST: Final = 150
"""So many times somebody presses Tab at most; nothing on a page may be farther away."""

COUNT_POINTERS: Final = """
window.pointersSeen = 0;
for (const kind of ["pointerdown", "mousedown", "touchstart"])
  addEventListener(kind, () => { window.pointersSeen += 1; }, true);
"""
UNSEEN: Final = """
(element) => {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const isRinged = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const isInside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return element.matches(":focus-visible") && isRinged && isInside && box.width > 0 ? "" : element.outerHTML;
}
"""
"""What stands in the way of seeing where the focus is; empty when nothing does (WCAG 2.4.7, 2.4.11)."""


class Keyboard:
    """Moves through a page by keys alone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.add_init_script(COUNT_POINTERS)
        self._choosers: list[FileChooser] = []
        page.on("filechooser", self._note_chooser)

    def _note_chooser(self, chooser: FileChooser) -> None:
        self._choosers.append(chooser)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def to(self, target: Locator, key: str = "Tab") -> None:
        """Go on until the focus is on something, and can be seen there."""
        for _ in range(FARTHEST):
            if is_focused(target):
                assert target.evaluate(UNSEEN) == ""
                return
            self.press(key)
        at = self.page.evaluate("document.activeElement.outerHTML.slice(0, 300)")
        raise AssertionError(f"{target} is out of reach of the keyboard; the focus is on {at}")

    def to_main(self) -> None:
        """Leave the menu out: the first thing on every page offers that."""
        self.press("Tab")
        assert is_focused(self.page.locator("a.skip"))
        self.press("Enter")
        assert is_focused(self.page.locator("main"))

    def write(self, target: Locator, text: str) -> None:
        self.to(target)
        self.page.keyboard.insert_text(text)

    def follow(self, target: Locator) -> None:
        """Press Enter on a link or a button and wait for the page it leads to."""
        self.to(target)
        with self.page.expect_navigation():
            self.press("Enter")

    def open(self, summary: Locator) -> None:
        self.to(summary)
        self.press("Enter")

    def choose(self, field: Locator, label: str) -> None:
        """Go to a list and type what is wanted, as far as it starts with that."""
        self.to(field)
        self.page.keyboard.type(label)
        assert field.evaluate("(list) => list.selectedOptions[0].label").startswith(label)

    def attach(self, field: Locator, *files: Any) -> None:
        self._choosers.clear()
        for key in (*["Enter"] * 3, "Space"):
            self.to(field)
            self.press(key)
            for _ in range(20):
                if self._choosers:
                    self._choosers[0].set_files(list(files))
                    return
                self.page.wait_for_timeout(100)
        raise AssertionError("no file can be chosen by keyboard")

    def touched_nothing_else(self) -> bool:
        return bool(self.page.evaluate("window.pointersSeen === 0"))


def is_focused(target: Locator) -> bool:
    return target.count() == 1 and bool(target.evaluate("(e) => e === document.activeElement"))
