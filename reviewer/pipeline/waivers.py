"""Waivers: read from their file, found in a proposal, and put beside the findings that they are about.

Nothing here reads or moves a figure. `waive` needs to be told the day: a review is the same on every day.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from reviewer.critique.findings import finding_ids, fingerprint
from reviewer.domain import Document, Finding, Review, Rubric
from reviewer.domain.waivers import Directive, Waived, Waiver, directives
from reviewer.errors import RubricError, SettingsError, meant
from reviewer.rubric.yaml import Source, read_yaml

WAIVERS_FILE = "reviewer.waivers.yaml"
_NEEDED = ("finding", "who", "why")
_KNOWN = (*_NEEDED, "files", "when", "until")


def read_waivers(path: Path, rubric: Rubric) -> tuple[Waiver, ...]:
    """The waivers of a file. Raises SettingsError with file, line, cause and remedy for the first that is wrong."""
    try:
        source = read_yaml(path, path.read_bytes(), "a file of waivers", "waivers:")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}; name another file: --waivers FILE") from error
    except RubricError as error:
        raise SettingsError(str(error)) from error
    entries = source.values.get("waivers")
    if set(source.values) != {"waivers"} or not isinstance(entries, list):
        raise SettingsError(f"{path}:1: not a list of waivers; begin with 'waivers:' and '- finding: missing.labels'")
    known = finding_ids(rubric)
    return tuple(_waiver(source, at, entry, known) for at, entry in enumerate(entries))


def _waiver(source: Source, at: int, entry: Any, known: Mapping[str, str]) -> Waiver:
    def wrong(key: str, message: str) -> SettingsError:
        line = source.line(("waivers", at, key) if key else ("waivers", at))
        return SettingsError(f"{source.path}:{line}: {message}")

    if not isinstance(entry, dict):
        raise wrong("", "a waiver is a list item with 'finding:', 'who:' and 'why:'")
    for key in entry:
        if key not in _KNOWN:
            raise wrong(str(key), f"unknown key '{key}'; {meant(str(key), _KNOWN)}")
    for key in _NEEDED:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise wrong(key, f"'{key}' is missing, empty or no text; {_REMEDIES[key]}")
    dates = {key: _date(entry[key]) for key in ("when", "until") if key in entry}
    for key, day in dates.items():
        if day is None:
            raise wrong(key, f"'{key}' is no date; write it as 2027-03-31")
    if "until" in dates and "when" in dates and dates["until"] < dates["when"]:  # type: ignore[operator]
        raise wrong("until", "'until' is before 'when'; the waiver would never hold")
    finding = entry["finding"]
    if finding not in known and finding not in known.values():
        raise wrong("finding", f"no finding '{finding}' in this rubric; {meant(finding, known)}")
    if not isinstance(entry.get("files", ""), str) or entry.get("files") in (".", "./", "/"):
        raise wrong("files", "'files' is no pattern; write one glob, for example proposals/*.md")
    return Waiver(**entry | dates, where=f"{source.path}:{source.line(('waivers', at))}")


_REMEDIES = {
    "finding": "name the id or the fingerprint of a finding, as --format json shows them",
    "who": "say who answers for it",
    "why": "say why it may stay",
}


def _date(value: object) -> date | None:
    try:
        # One with a time of day is none: whose midnight would it mean?
        return value if type(value) is date else date.fromisoformat(str(value))
    except ValueError:
        return None


def waive(review: Review, waivers: Iterable[Waiver], today: date) -> Review:
    """The review with the waivers that are about its findings and gates; those of the proposal itself stay."""
    ours = [waiver for waiver in waivers if _about(waiver, review.document.name)]
    kept = {waived.fingerprint: waived for waived in review.waived if not waived.who}
    there = {finding.fingerprint: finding.id for finding in review.findings}
    for gate in review.scorecard.gates if review.scorecard else ():
        if gate.state != "closed":  # an open one has no finding, and is a condition all the same
            there.setdefault(fingerprint(f"gate.{gate.id}", review.rubric.id), f"gate.{gate.id}")
    for mark, name in there.items():
        named = [w for w in ours if w.finding in (name, mark)]
        # One that holds before one that has expired; an expired one does not end what the proposal itself asks.
        for waiver in sorted(named, key=lambda w: _expired(w, today)):
            kept.setdefault(mark, _waived(name, mark, waiver, today))
    return review.model_copy(update={"waived": tuple(kept[mark] for mark in there if mark in kept)})


def _about(waiver: Waiver, name: str) -> bool:
    # A relative glob is matched from the right, so that "plans/*.md" is /home/me/plans/a.md and main:plans/a.md.
    path = PurePosixPath(name.replace("\\", "/").rpartition(":")[2])
    if "**" in waiver.files:  # any number of folders, also none, which `match` takes for exactly one
        globs = (waiver.files, waiver.files.replace("**/", ""))
        return any(fnmatchcase(str(path), glob) or fnmatchcase(str(path), f"*/{glob}") for glob in globs)
    return not waiver.files or path.match(waiver.files)


def _expired(waiver: Waiver, today: date) -> bool:
    return waiver.until is not None and waiver.until < today


def _waived(name: str, mark: str, waiver: Waiver, today: date) -> Waived:
    return Waived(
        fingerprint=mark,
        finding=name,
        state="expired" if _expired(waiver, today) else "holds",
        **waiver.model_dump(include={"who", "why", "when", "until", "where"}),
    )


def ignores(document: Document) -> tuple[Directive, ...]:
    """Every `reviewer:ignore` of a proposal; one in a block of code shows how they are written."""
    meant = {region.start for region in document.regions if region.kind == "waiver"}
    return tuple(one for one in directives(document.text) if one.start in meant)


def asked(document: Document, findings: Iterable[Finding], rubric: Rubric) -> Iterator[Waived]:
    """The findings that the proposal itself asks to have ignored, where the rubric lets it."""
    if not rubric.waivable:
        return
    wanted: dict[str, Directive] = {}
    for directive in ignores(document):
        if directive.why:
            wanted.setdefault(directive.criterion, directive)
    for finding in findings:
        if found := wanted.get(finding.criterion):
            yield Waived(
                fingerprint=finding.fingerprint,
                finding=finding.id,
                state="holds",
                who="",
                why=found.why,
                where=f"{document.name}:{document.line(found.start)}",
            )
