"""What the quote of a crediting value must hold: eight kinds of proof, all decided by code."""

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import chain

from reviewer.domain import CueBook, Predicate
from reviewer.rubric.dates import dates
from reviewer.rubric.negation import negations
from reviewer.rubric.numbers import MONEY, parse_numbers
from reviewer.rubric.patterns import any_of
from reviewer.rubric.unreal import LONGEST


def passes(predicate: Predicate, quote: str, cues: CueBook) -> bool:
    """Does the quote hold what the predicate asks for?"""
    if len(quote) > LONGEST:
        return False
    if predicate.kind == "any_of":
        return any(passes(part, quote, cues) for part in predicate.any_of)
    if predicate.kind == "cue":
        # Every language's words: Korean proposals are full of English terms.
        return _says(tuple(cues.classes.get(predicate.cue, {}).values()), quote)
    return _holds(predicate.kind, quote)


# The same sentence is often given for several criteria.
@lru_cache(maxsize=1024)
def _says(languages: tuple[tuple[str, ...], ...], quote: str) -> bool:
    return any_of(chain.from_iterable(languages), quote)


@lru_cache(maxsize=1024)
def _holds(kind: str, quote: str) -> bool:
    return _KINDS[kind](quote)


def _number(quote: str) -> bool:
    return bool(parse_numbers(quote))


def _money(quote: str) -> bool:
    return any(number.unit in MONEY for number in parse_numbers(quote))


def _date(quote: str) -> bool:
    return any(dates(quote))


def _negation(quote: str) -> bool:
    return any(negations(quote))


_REFERENCE = re.compile(
    r"""
    https?://\S | \bwww\.\w | \b10\.\d{4,9}/\S | \b(?i:arxiv)[:\s]\s?\d{4}\.\d{4,5} | \bISBN\b
  | \[\^?\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\](?!\() | \[[^\[\]\n]{1,80}\]\[[^\[\]\n]{0,80}\]
  | \bet\sal\b\.?
  | \b[A-Z][\w'’-]{1,30}(?:\s(?:and|&)\s[A-Z][\w'’-]{1,30})?,?\s\(?(?:19|20)\d\d[a-z]?\)
  | \((?=[^()\n]{0,9}[^\W\d])[^()\n]{1,80},\s?(?:19|20)\d\d[a-z]?(?:[,;][^()\n]{0,80})?\)
  | ["”」』》_*]\s?,?\s?\((?:19|20)\d\d\)
  | \b(?!FY\b)[A-Z][A-Za-z]{0,12}[A-Z][A-Za-z]{0,12}['’]?\s(?:19|20)\d\d\b  # a venue or journal and its year
    """,
    re.VERBOSE,
)


def _reference(quote: str) -> bool:
    return bool(_REFERENCE.search(quote))


# Capitals that name nothing: terms of the trade, and words that stand in capitals anywhere.
_GENERIC = frozenset(
    """
    AI ML DL NLP LLM LLMs CV API APIs KPI KPIs OKR ROI AUC ROC AUROC F1 RMSE MAE MSE MAPE IOU CPU GPU GPUs TPU RAM
    JSON CSV PDF XML HTML HTTP SQL UI UX FAQ QA PR PRs CI CD SLA SLO PII ID IDs URL OK TBD TODO N/A NA MVP POC ETL
    EDA FTE FTEs OCR RAG IT HR PM CEO CTO ETA FP FN TP TN FPR TPR CSAT NPS OPEX CAPEX USD EUR GBP KRW YES NO AND
    OR NOT IF I A An The We Our You They It This That These Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday January February March April May June July August September October November December Phase Step
    Section Table Figure Week Month Day Quarter Sprint Stage Version Chapter Appendix Yes No Not Total None High
    Medium Low
    """.split()  # noqa: SIM905
)
_WORD = re.compile(r"[^\W_][\w'’&+-]*(?:[./@][\w+-]+)*")
_IDENTIFIER = re.compile(
    r"`[^`\n]+`|(?<![\w.])[a-z]{1,40}[A-Z][a-z0-9]|(?<!\w)[A-Za-z0-9]{1,40}_[A-Za-z0-9]|[「『《〈][^」』》〉\n]{1,80}[」』》〉]"
    r"|(?<![\w-])[\w-]{1,40}(?:/[\w.-]{1,60}@[\w.-]|\.(?:json|csv|parquet|py|ipynb|com|org|net|io|ai)\b)"
)
# XGBoost, GPT-4, iPhone, MLflow, ResNet50, AWS: no ordinary word looks so.
_ODD = re.compile(r"^[a-z]*[A-Z].*[A-Za-z][\d]|^[A-Z].*\d|[a-z][A-Z]|^[A-Z]{2,}[a-rt-z]|^[A-Z][A-Z&-]{2,}$")
# After these a capital says nothing: the start of a sentence, an item, a cell or a label's text.
_START = re.compile(r"(?:^|[.!?:;|>•●]\s*|\n)[\s\"'“‘(\[*_#>\-+•]*(?:\d+[.)]\s+)?$")


def _named(quote: str) -> bool:
    if _IDENTIFIER.search(quote):
        return True
    korean = not quote.isascii() and any("가" <= c <= "힣" for c in quote)
    for sentence in re.split(r"(?<=[.!?。])\s+|[|\n]", quote):
        words = list(_WORD.finditer(sentence))
        long = [word[0] for word in words if len(word[0]) > 3]
        # A Title Case Line has capitals everywhere; they name nothing. Korean has none of its own.
        title = len(long) > 1 and all(word[0].isupper() for word in long)
        for word in words:
            if word[0].islower() or not word[0][0].isascii() or {word[0], word[0].removesuffix("s")} & _GENERIC:
                continue
            if _ODD.search(word[0]):
                return True
            capital = len(word[0]) > 1 and word[0][0].isupper()
            if capital and (korean or not (title or _START.search(sentence[max(0, word.start() - 30) : word.start()]))):
                return True
    return False


_KINDS: dict[str, Callable[[str], bool]] = {
    "number": _number,
    "money": _money,
    "date": _date,
    "reference": _reference,
    "named": _named,
    "negation": _negation,
}
