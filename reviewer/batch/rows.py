"""What a run knows about each document, as the store hands it on."""

import re
from typing import Literal

from reviewer.domain.base import Frozen

State = Literal["pending", "reviewed", "incomplete", "skipped", "failed"]
# Where a report writes into a run's folder, and what each document's own file is called there.
PAGES, FOLDERS = ("index.html", "marks.html"), ("reports", "feedback")
OWN_FILE = re.compile(r".+-[0-9a-f]{12}\.(?:html|md)")


class Row(Frozen):
    """One document of a run: how far it came, why no further, and its record."""

    id: str  # the store's own key
    name: str  # as the source names it: hostile text until it is escaped
    state: State
    reason: str = ""
    record: bytes | None = None
    moved_from: tuple[str, ...] = ()  # keys of the same text at places where it is no more

    @property
    def why(self) -> str:
        """The reason behind the name, which many reasons begin with, or with its end."""
        heads = (self.reason[: mark.start()] for mark in re.finditer(": ", self.reason))
        said = max((len(head) for head in heads if head and self.name.endswith(head)), default=-2)
        return f"{self.name}: {self.reason[said + 2 :]}"
