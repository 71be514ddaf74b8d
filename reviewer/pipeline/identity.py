"""What a record depends on beside the text: records that differ in it must not stand side by side unsaid."""

import hashlib
import json
from typing import TYPE_CHECKING

from reviewer.domain import Rubric
from reviewer.version import VERSION

if TYPE_CHECKING:
    from reviewer.llm import ModelSettings


def identity(rubric: Rubric, model: "ModelSettings | None" = None, samples: int = 1) -> dict[str, str]:
    """Each part under a name for people. What `rescore` can put right without a model is none of it."""
    asked = {
        "tool version": VERSION,
        "the rubric's questions": rubric.extraction_schema_sha256,
        "the rubric's proofs": _digest(
            [[[v.id, repr(v.predicate), v.falls_to] for v in c.values] for c in rubric.criteria],
            sorted(rubric.cues.classes.items()),
        ),
    }
    if model is None:
        return asked | {"engine": "offline", "the rubric's cues": _digest(rubric.cues.model_dump(mode="json"))}
    from reviewer.extract.llm import EXTRACT, REASK, instructions
    from reviewer.llm.providers import base_url_of

    return asked | {
        "engine": "model",
        "model": model.name,
        "address": base_url_of(model),
        "prompt": _digest(*(instructions(rubric, rubric.criteria, name) for name in (EXTRACT, REASK))),
        "temperature": str(model.temperature),
        "output limit": str(model.max_output_tokens),
        "samples": str(samples),
    }


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
