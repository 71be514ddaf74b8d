"""Answers written by hand, for the proposals in examples/: what a careful model might say, with one slip to put right.

`python tests/llm_answers.py` serves them, to try the program by hand without a provider.
"""
# ruff: noqa: E501 - a row is a line

import json
import re
from collections.abc import Callable
from typing import Any

from llm_server import Answer, chat, serve, tool

Said = dict[str, tuple[Any, list[str]]]

CHURN: Said = {
    "product_context": ("existing", ["shown inside the CRM that account\nmanagers already use"]),
    "team": ("stated", ["the Retention squad (two ML engineers, one data engineer,\none product designer)"]),
    "stakeholders": ("stated", ["Must agree: Head of Customer Success, the data protection officer, Finance."]),
    "success_criteria": (
        "quantified",
        ["250 of the accounts that would have cancelled are kept\nin the first year (EUR 530,000)"],
    ),
    "problem_motivation": ("evidenced", ["In 2025, 1,930 of them cancelled,\nwhich cost us EUR 4.1 million in yearly revenue."]),
    # The slip: the document says "by half". What is bent earns nothing, and is asked about once.
    "simpler_approach": ("tried", ["We tried rules first. Since October a query flags accounts whose logins fell by a third"]),
    "baseline_model": ("quantified", ["The baseline to beat is the login rule (recall\n34 %, precision 20 %)."]),
    "ethics": ("mitigated", ["We report precision for each size and region, and the\nlist always keeps 20 places for accounts drawn at random."]),
    "ethical_risk": ("moderate", ["If the model\ncalls them less often, they get worse service."]),
    "impact_claim": ("quantified", ["the five hours a week of list-picking fall to one"]),
    "current_process": ("manual", ["Today six account managers pick whom to call by hand"]),
    "data_access": ("in_hand", ["Usage logs and invoices are already in our warehouse"]),
    "labels": ("available", ["Labels come with the data: a cancellation is recorded when a contract ends."]),
    "data_volume": ("quantified", ["11,400 accounts, 26 million events since January\n2024"]),
    "data_sensitivity": ("yes", ["The logs name drivers."]),
    "error_cost": ("moderate", ["a missed account costs EUR 2,100 of\nrevenue a year"]),
    "accuracy_target": ("quantified", ["precision\nof at least 40 % in the top 120 and recall of at least 55 % at 60 days"]),
    "problem_definition": ("well_defined", ["the probability that it cancels within the\nnext 60 days"]),
    "generalization_need": (["out_of_distribution"], ["Behaviour changes with the season and with each release of the app."]),
    "archetype": ("human_in_the_loop", ["An account manager reads every entry and decides whether to call."]),
    "human_review": ("every", ["An account manager reads every entry and decides whether to call."]),
    "monitoring": ("stated", ["After launch we watch precision in the top 120"]),
    "timeline": ("milestones", ["| 1 | Back-test on 2025, report to the three approvers | 12 June 2026 |"]),
}  # fmt: skip

AGAIN: Said = {
    "simpler_approach": (
        "tried",
        ["We tried rules first. Since October a query flags accounts whose logins fell by half in a month."],
    )
}

PENSION: Said = {
    "team": ("stated", ["데이터 엔지니어 1명, ML 엔지니어 2명, 서비스 기획 1명"]),
    "stakeholders": ("stated", ["검토 및 합의 대상: 민원처리실장, 개인정보보호책임자, 노동조합 대표"]),
    "simpler_approach": ("tried", ["작년에 키워드 규칙 260개로 자동 분류를 시도했다."]),
    "success_criteria": ("quantified", ["회신 기한 초과율을 7.8%에서 3% 이하로 낮춘다."]),
    "archetype": ("human_in_the_loop", ["사람의 확인 없이 발송되는 답변은 없다."]),
    "data_access": ("in_hand", ["최근 3년간 처리된 서신 98만 건과 답변이 이미 내부 시스템에 보관되어 있다."]),
}


def by_hand(request: dict[str, Any]) -> Answer:
    """The answer to a request for one of the examples, in the shape of its schema."""
    question = request["messages"][1]["content"]
    said = AGAIN if "Rejected quotes" in question else CHURN if "Ferrovia" in question else PENSION
    tools = request.get("tools")
    form = tools[0]["function"]["parameters"] if tools else request["response_format"]["json_schema"]["schema"]
    groups = form["properties"]
    answer: dict[str, Any] = {}
    for group, schema in groups.items():
        answer[group] = entries = {}
        for name, part in schema["properties"].items():
            value, quotes = said.get(name.removesuffix("_quotes"), (None, []))
            many = part.get("type") == "array"
            unknown = (part["items"] if many else part).get("enum", [None])[-1]
            entries[name] = quotes if name.endswith("_quotes") else value or ([unknown] if many else unknown)
    text = json.dumps(answer, ensure_ascii=False)
    if tools:
        return tool(text)
    words = len(re.findall(r"\w+", json.dumps(request, ensure_ascii=False)))
    return chat(text, tokens=(words, len(text) // 4))


def after(first: Answer) -> Callable[[dict[str, Any]], Answer]:
    """Another answer first, then those written by hand."""
    answers = [first]
    return lambda request: answers.pop() if answers else by_hand(request)


IMPRESSIONS = chat("The squad knows its data well. In my view the proposal is strong, and I would give it nine of ten.")
REFUSES = chat(None, refusal="I can't help with documents about customers.")
HALF = chat('{"says":{"data_access_quotes":["Usage logs and invoices are alr', "length")


if __name__ == "__main__":
    with serve(by_hand) as provider:
        print(provider.url, flush=True)
        provider.over.wait()
