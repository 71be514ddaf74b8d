"""Document and rubric to claims: what the text seems to say, with the sentences that say it."""

from reviewer.extract.llm import extract_llm, reask
from reviewer.extract.offline import extract_offline
