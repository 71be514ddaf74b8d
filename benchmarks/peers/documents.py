"""Synthetic proposals: the same for everybody, of any number and length, from a grammar and a seed."""

import random

_SECTIONS = {
    "Problem": (
        "Today {people} {act} by hand, which takes {n} hours a week.",
        "Every {unit} that is missed costs about {n} euros.",
        "Customers of the {team} team have asked for this since last spring.",
        "A wrong answer is noticed within {n} days and can be corrected by {people}.",
    ),
    "Data": (
        "We have {n},000 {unit}s from the last {m} months, stored in the warehouse of the {team} team.",
        "About {m} percent of them carry a label that {people} gave.",
        "The rest will be labelled by {people}, two per {unit}, with a written guide.",
        "Personal data is removed before anything leaves the {team} system.",
    ),
    "Approach": (
        "The first step is a rule that ranks each {unit} by its age; it serves as the baseline.",
        "A gradient boosted model on {m} features follows, and only then a larger one.",
        "We hold out the last {m} weeks and measure precision at {n} {unit}s a day.",
        "The goal is a precision of {p} percent, against {q} percent for the rule.",
    ),
    "Operation": (
        "{people} see a ranked list and decide; nothing is sent without them.",
        "If the share of rejected suggestions rises above {m} percent, the rule takes over.",
        "The model is trained again every {m} weeks with what {people} decided.",
        "An alarm goes to the {team} team when fewer than {n} {unit}s arrive in a day.",
    ),
    "Plan": (
        "The first {m} weeks go into labels, the next {m} into the model.",
        "Two engineers of the {team} team work on it, with one day a week from {people}.",
        "We stop if the rule cannot be beaten by {m} points after {n} days.",
        "A pilot with {n} users of one site comes before the roll-out.",
    ),
}
_WORDS = {
    "people": ("clerks", "inspectors", "planners", "nurses", "dispatchers", "librarians", "surveyors"),
    "act": ("sort the mail", "read every report", "compare invoices", "check the photos", "plan the routes"),
    "unit": ("report", "invoice", "photo", "ticket", "shipment", "reading", "complaint"),
    "team": ("returns", "billing", "harbour", "archive", "maintenance", "garden", "transport"),
}


def proposal(number: int, words: int) -> str:
    """Proposal `number`, of about so many words."""
    chance = random.Random(number)
    lines = [f"# Proposal {number}: help for the {chance.choice(_WORDS['team'])} team\n"]
    written = 0
    while written < words:
        for heading, sentences in _SECTIONS.items():
            said = " ".join(_filled(chance.choice(sentences), chance) for _ in range(9))
            written += len(said.split())
            lines.append(f"## {heading}\n\n{said}\n")
    return "\n".join(lines)


def _filled(sentence: str, chance: random.Random) -> str:
    words = {name: chance.choice(choices) for name, choices in _WORDS.items()}
    low, high = sorted((chance.randint(40, 70), chance.randint(71, 99)))
    return sentence.format(n=chance.randint(10, 400), m=chance.randint(2, 30), p=high, q=low, **words)
