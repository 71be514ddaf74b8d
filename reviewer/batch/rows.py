"""What a run knows about each document, as the store hands it on."""

from typing import Literal

from reviewer.domain.base import Frozen

State = Literal["pending", "reviewed", "incomplete", "skipped", "failed"]


class Row(Frozen):
    """One document of a run: how far it came, why no further, and its record."""

    id: str  # the store's own key
    name: str  # as the source names it: hostile text until it is escaped
    state: State
    reason: str = ""
    record: bytes | None = None

    @property
    def why(self) -> str:
        """The reason behind the name, which many reasons begin with."""
        head, mark, rest = self.reason.partition(": ")
        return f"{self.name}: {rest if mark and self.name.endswith(head) else self.reason}"
