"""40 quotes in documents of 3,000, 30,000 and 300,000 words: this project's grounding beside langextract's alignment.

    python benchmarks/grounding.py            needs: pip install langextract

10 quotes stand word for word, 10 with other white space, quote marks and dashes, 10 with one word or figure altered,
5 come from another document, 5 have their words shuffled: the last 20 must not be accepted. langextract is given the
chunk of 1,000 characters that a quote comes from, as its own chunks would; what is asked of it is only to align.
Processor time, medians over seeds; the index of the document is part of our time, tokenisation of its.
"""

import random
import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "peers"))
from documents import proposal

from reviewer.pipeline import find_quotes
from reviewer.pipeline.one import read

CHUNK = 1_000
Kind = dict[str, list[str]]


def quotes_of(text: str, other: str, chance: random.Random) -> Kind:
    """Quotes of every kind, made from sentences of `text`."""
    sentences = sorted(set(re.findall(r"[A-Z][^.\n]{40,200}\.", text)))
    picked = chance.sample(sentences, 35)
    foreign = [s for s in re.findall(r"[A-Z][^.\n]{40,200}\.", other) if s not in text][:5]
    return {
        "verbatim": picked[:10],
        "re-spaced": [s.replace(" ", "  \n").replace("'", "’").replace("-", "–") for s in picked[10:20]],
        "altered": [altered for s in picked[20:30] if (altered := _altered(s, chance)) not in text],
        "foreign": foreign,
        "shuffled": [" ".join(chance.sample(s.split(), len(s.split()))) for s in picked[30:35]],
    }


def _altered(sentence: str, chance: random.Random) -> str:
    """One figure, or else one word, is another one."""
    figures = list(re.finditer(r"\d+", sentence))
    if figures:
        one = chance.choice(figures)
        return f"{sentence[: one.start()]}{int(one.group()) + 7}{sentence[one.end() :]}"
    words = sentence.split()
    words[chance.randrange(1, len(words) - 1)] = "seldom"
    return " ".join(words)


def ours(text: str, quotes: Kind) -> dict[str, int]:
    """As a review does it: one index for all quotes."""
    document = read(text, "a.md")
    begun = time.process_time()
    spans = find_quotes(document, [quote for few in quotes.values() for quote in few])
    seconds = time.process_time() - begun
    accepted = {kind: len(find_quotes(document, few)) for kind, few in quotes.items()}
    assert sum(accepted.values()) == len(spans)
    return accepted | {"seconds": seconds}


def langextract(text: str, quotes: Kind) -> dict[str, int]:
    from langextract.data import Extraction
    from langextract.resolver import WordAligner

    chunks = [text[at : at + CHUNK + 200] for at in range(0, len(text), CHUNK)]  # no quote is cut in two
    flat = {
        kind: [" ".join(q.replace("’", "'").replace("–", "-").split()) for q in few] for kind, few in quotes.items()
    }

    def home(kind: str, number: int) -> str:
        """The chunk that the quote was taken from; for one from nowhere, any."""
        start = flat[kind][number][:25]
        return next((chunk for chunk in chunks if start in chunk), chunks[number % len(chunks)])

    asked: dict[str, list[tuple[str, str]]] = {}
    for kind, few in quotes.items():
        for number, quote in enumerate(few):
            asked.setdefault(home(kind, number), []).append((kind, quote))
    aligner, accepted = WordAligner(), dict.fromkeys(quotes, 0)
    begun = time.process_time()
    for chunk, wanted in asked.items():
        groups = [[Extraction(extraction_class=kind, extraction_text=quote)] for kind, quote in wanted]
        for group in aligner.align_extractions(groups, chunk):
            for one in group:
                accepted[one.extraction_class] += one.char_interval is not None
    return accepted | {"seconds": time.process_time() - begun}


def main() -> None:
    peers: dict[str, Callable[[str, Kind], dict[str, int]]] = {"reviewer": ours, "langextract": langextract}
    print("| words | peer | ms a document | verbatim | re-spaced | altered accepted | foreign | shuffled |")
    print("|---|---|---|---|---|---|---|---|")
    for words, seeds in ((3_000, 15), (30_000, 8), (300_000, 4)):
        rows: dict[str, list[dict[str, float]]] = {name: [] for name in peers}
        asked = {}
        for seed in range(seeds):
            chance = random.Random(seed)
            text = proposal(1_000 + seed, words)
            quotes = quotes_of(text, proposal(5_000 + seed, 3_000), chance)
            asked = {kind: asked.get(kind, 0) + len(few) for kind, few in quotes.items()}
            for name, peer in peers.items():
                rows[name].append(peer(text, quotes))
        for name, found in rows.items():
            shares = (f"{sum(one[kind] for one in found)}/{asked[kind]}" for kind in asked)
            ms = 1000 * statistics.median(one["seconds"] for one in found)
            print(f"| {words:,} | {name} | {ms:.1f} | {' | '.join(shares)} |", flush=True)


if __name__ == "__main__":
    main()
