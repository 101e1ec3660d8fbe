"""A hand that counts: each key, click and tap of a test, to hold against what the design allows."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page


@dataclass
class Hand:
    """One hand on one page, and how often it pressed so far."""

    page: Page
    presses: int = 0

    def follow(self, address: str) -> None:
        """Press the link of a message."""
        self.presses += 1
        self.page.goto(address)

    def click(self, what: Locator) -> None:
        """Press something on the page."""
        self.presses += 1
        what.click()

    def key(self, key: str) -> None:
        """Press a key."""
        self.presses += 1
        self.page.keyboard.press(key)
