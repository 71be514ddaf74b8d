"""What a run of the page holds: the last reviews, in memory alone, and the rubrics to choose from."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from reviewer.domain import Document, Review, Rubric
from reviewer.domain.base import Frozen
from reviewer.domain.resources import resource
from reviewer.errors import InputError, RubricError
from reviewer.pipeline import ModelSettings, bundled_rubrics, load_rubric, read_waivers, review, waive

MOST, PAGES = 20, 10  # reviews at hand of each page, and pages that are filled; a text of ten megabytes is the largest
Language = Literal["en", "ko"]
Voice = Literal["gate", "coach"]
_Stamp = tuple[tuple[str, int], ...]


class Options(Frozen):
    """How the page reviews."""

    rubric: str = "fsdl"  # chosen at first; a path is offered beside the bundled ones
    language: Language | None = None
    voice: Voice = "gate"
    waivers: Path | None = None  # of findings of that rubric
    model: ModelSettings | None = None  # asked only when somebody presses the button
    samples: int = 1


class Wanted(Frozen):
    """What the page's choices say."""

    rubric: str
    language: Language | None = None
    force: bool = False
    page: str = ""  # which of the pages that are open asked


class Kept(Frozen):
    """A review at hand, with what it was asked for."""

    review: Review
    rubric: Rubric
    wanted: Wanted


class Desk:
    """The reviews of one run. Nothing is written anywhere, and all of it ends with the process."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        # One at a time: two would only take turns, and the first one builds what all others use.
        self._one = threading.Lock()

    def review(self, source: bytes | Document, name: str, wanted: Wanted) -> str:
        """Review with the offline engine, and keep the review under the id that is returned."""
        rubric = self.rubric(wanted.rubric)
        with self._one:
            done = review(source, rubric=rubric, language=wanted.language, name=name, force=wanted.force)
        return self.keep(Kept(review=done, rubric=rubric, wanted=wanted))

    def keep(self, kept: Kept) -> str:
        """Put a review at hand, with its waivers as they are now; the page's one not used for longest makes room."""
        name, file = secrets.token_urlsafe(9), self.options.waivers
        if file and kept.wanted.rubric == self.options.rubric:
            today = datetime.now().astimezone().date()
            kept = kept.model_copy(update={"review": waive(kept.review, read_waivers(file, kept.rubric), today)})
        self._kept[name] = kept
        # Its own: a page that is left alone while another is written in keeps what it shows.
        own = [one for one, held in self._kept.items() if held.wanted.page == kept.wanted.page]
        for one in [*own[:-MOST], *list(self._kept)[: -MOST * PAGES]]:
            self._kept.pop(one, None)
        return name

    def holds(self, name: str) -> bool:
        """Is the review at hand? Then it is still needed."""
        if held := name in self._kept:
            self._kept.move_to_end(name)
        return held

    def get(self, name: str) -> Kept:
        """A review that is at hand."""
        if not self.holds(name):
            raise InputError("that review is no longer at hand; change the text, or paste it again")
        return self._kept[name]

    def rubrics(self, language: str) -> Iterator[tuple[str, str]]:
        """The names to choose from, with titles."""
        for name in dict.fromkeys((self.options.rubric, *bundled_rubrics())):
            try:
                yield name, self.rubric(name).words(language).title
            except RubricError:  # its file was changed since the start; a review says what is wrong
                yield name, name

    def rubric(self, name: str) -> Rubric:
        """One of the rubrics that are offered, as its files are now: who edits a rubric sees it at work."""
        if name != self.options.rubric and name not in bundled_rubrics():
            raise InputError(f"no rubric {name!r} is offered here; start again with --rubric {name}")
        return _loaded(name, _stamp(name))

    def warm_up(self) -> None:
        """Read an example in each language, so that the first review does not wait for patterns to be built."""
        for example in ("churn.md", "pension-letters.ko.md"):
            with self._one:
                review(resource("examples") / example, rubric=self.rubric(self.options.rubric))


@lru_cache(maxsize=8)
def _loaded(name: str, stamp: _Stamp) -> Rubric:
    return load_rubric(name)


def _stamp(name: str) -> _Stamp:
    """What changes when a rubric's files do."""
    path = Path(name)
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path] if path.is_file() else []
    return tuple((str(file), file.stat().st_mtime_ns) for file in files)
