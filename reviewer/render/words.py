"""The words around a review, in English and Korean. The rubric's own words come from the rubric."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

Say = Callable[..., str]

_WORDS: dict[str, tuple[str, str]] = {
    "next": ("What to write next", "다음에 쓸 내용"),
    "verdict": ("Verdict", "판정"),
    "verdict.go": ("Go", "진행"),
    "verdict.revise": ("Revise", "보완"),
    "verdict.stop": ("Stop", "중단"),
    "quadrant": ("Quadrant", "사분면"),
    "score": ("Score", "점수"),
    "now": ("now", "현재"),
    "range": ("range", "범위"),
    "completeness": ("Said so far", "서술된 비율"),
    "gates": ("Gates", "관문"),
    "gate.closed": ("answered", "통과"),
    "gate.open": ("open", "미해결"),
    "gate.failed": ("not passed", "불통과"),
    "gate.needs": ("answer: {names}", "답할 항목: {names}"),
    "blocker": ("Blockers", "차단 사유"),
    "major": ("Major findings", "주요 지적"),
    "minor": ("Minor findings", "사소한 지적"),
    "blocker.one": ("blocker", "차단"),
    "major.one": ("major", "주요"),
    "minor.one": ("minor", "사소"),
    "none": ("No findings.", "지적 사항이 없습니다."),
    "none.checked": (
        "All {count} questions of the rubric were checked.",
        "평가 기준의 질문 {count}개를 모두 확인했습니다.",
    ),
    "more": ("and {count} more; the JSON record has all", "외 {count}건, 전체는 JSON 기록에 있습니다"),
    "line": ("line {line}", "{line}행"),
    "searched": (
        "looked through the whole text, above all in {sections}, and found no answer",
        "글 전체에서, 특히 {sections}에서 찾았으나 답이 없었습니다",
    ),
    "searched.all": ("looked through the whole text and found no answer", "글 전체에서 찾았으나 답이 없었습니다"),
    "searched.for": ("looked for: {cues}", "찾은 표현: {cues}"),
    "nearest": ("Nearest", "가장 가까운 문장"),
    "nearest.why": ("does not count: {why}", "인정되지 않는 이유: {why}"),
    "absent": ("Not said", "서술 없음"),
    "why": ("Why", "이유"),
    "advice": ("Write", "쓸 내용"),
    "source": ("lecture {source}", "강의 {source}"),
    "waived": ("Waived", "예외 승인"),
    "waived.over": ("Waiver expired", "만료된 예외"),
    "waived.count": ("{count} waived", "예외 {count}건"),
    "waived.by": ("by {who}", "승인: {who}"),
    "waived.asked": ("as the proposal asks", "제안서의 요청"),
    "waived.when": ("on {when}", "{when}자"),
    "waived.until": ("until {until}", "{until}까지"),
    "waived.expired": ("until {until}; the finding counts again", "{until}까지; 지적이 다시 적용됩니다"),
    "strengths": ("What is done well", "잘된 점"),
    "archetype": ("Archetype", "유형"),
    "questions": ("Its open questions", "이 유형의 남은 질문"),
    "questions.none": ("All its key questions are answered.", "이 유형의 핵심 질문에 모두 답했습니다."),
    "question.open": ("open", "미해결"),
    "question.answered": ("answered", "답함"),
    "hard": ("Hard problems", "어려운 문제"),
    "notices": ("Notices", "알림"),
    "method": ("How this was read", "읽은 방법"),
    "method.offline": (
        "Read by the offline engine ({engine}), not by a language model: it misses unusual wording.",
        "언어 모델이 아닌 오프라인 엔진({engine})이 읽었습니다. 특이한 표현은 놓칠 수 있습니다.",
    ),
    "method.llm": (
        "Read by {model} at {host}; every quote was checked against the text.",
        "{host}의 {model} 모델이 읽었고, 모든 인용문을 원문과 대조했습니다.",
    ),
    "stability.none": (
        "Stability was not measured: one answer (--samples K asks for several).",
        "안정성은 측정하지 않았습니다. 답변이 하나뿐입니다(--samples K로 여러 번 물을 수 있습니다).",
    ),
    "stability.robust": (
        "Robust: {samples} answers come to the same verdict; they agree on {share} % of the criteria's values.",
        "안정적: 답변 {samples}개의 판정이 같으며 항목 값의 {share} %가 일치합니다.",
    ),
    "stability.fragile": (
        "Fragile: {samples} answers do not come to one verdict; they agree on {share} % of the criteria's values.",
        "불안정: 답변 {samples}개의 판정이 서로 다르며 항목 값의 {share} %가 일치합니다.",
    ),
    "stability.unknown": (
        "{samples} answers agree on {share} % of the values; their verdicts under this rubric are not known.",
        "답변 {samples}개가 항목 값의 {share} %에서 일치합니다. 이 평가 기준에서의 판정은 알 수 없습니다.",
    ),
    "method.none": ("Nothing was extracted.", "추출된 내용이 없습니다."),
    "usage": ("{input} tokens in, {output} out", "입력 토큰 {input}, 출력 토큰 {output}"),
    "cost": ("cost ${cost}", "비용 ${cost}"),
    "cost.unknown": ("cost not known", "비용 알 수 없음"),
    "cached": ("from the cache, no cost", "캐시에서 읽어 비용 없음"),
    "rubric": ("Rubric {id} {version}", "평가 기준 {id} {version}"),
    "assessed": (
        "{share} % of the points earned are judged, not verified by a quote.",
        "얻은 점수의 {share} %는 인용문으로 확인되지 않은 판단입니다.",
    ),
    "status.incomplete": ("Not reviewed: incomplete", "검토하지 못함: 불완전"),
    "status.skipped": ("Not reviewed: skipped", "검토하지 않음: 건너뜀"),
    "status.failed": ("Not reviewed: failed", "검토하지 못함: 실패"),
    "status.none": (
        "There is no verdict and no score: this says nothing about the proposal's worth.",
        "판정도 점수도 없습니다. 제안서의 가치에 대해 아무것도 뜻하지 않습니다.",
    ),
    "coach.next": ("Answer these first", "먼저 답할 질문"),
    "coach.questions": ("Questions", "질문"),
    "coach.none": ("No open questions.", "남은 질문이 없습니다."),
    "coach.noticed": ("Noticed", "살펴본 점"),
    "coach.advice": ("A good answer", "좋은 답"),
    "feedback.start": (
        "A beginning is made. The questions below say what would make it a proposal that others can act on.",
        "시작이 반입니다. 아래 질문에 답하면 다른 사람이 판단할 수 있는 제안서가 됩니다.",
    ),
    "feedback.next": ("What to write next", "다음에 쓸 내용"),
    "feedback.then": ("After that", "그다음"),
    "summary": ("Review", "검토"),
    # Two reviews side by side
    "diff": ("Comparison", "비교"),
    "diff.none": ("Not compared", "비교하지 못함"),
    "diff.before": ("before", "이전"),
    "diff.after": ("after", "이후"),
    "diff.change": ("change", "변화"),
    "diff.unchanged": ("{word}, as before", "{word} (변동 없음)"),
    "diff.regressed": ("Regressed", "나빠진 지적"),
    "diff.new": ("New", "새 지적"),
    "diff.fixed": ("Fixed", "해결된 지적"),
    "diff.open": ("Still open", "남은 지적"),
    "diff.same": ("No finding changed.", "달라진 지적이 없습니다."),
    "diff.facts": ("Answers that changed", "달라진 답"),
    "diff.both": (
        "Both texts say so; where it stands now, it is read otherwise.",
        "두 글에 모두 있는 문장이지만, 지금 자리에서는 다르게 읽힙니다.",
    ),
    "diff.says.new": ("The new text says", "새 글의 문장"),
    "diff.says.old": ("The old text said", "이전 글의 문장"),
    "diff.silent": (
        "No sentence was quoted for it: this was judged over the whole text.",
        "인용된 문장이 없습니다. 글 전체를 보고 판단한 것입니다.",
    ),
    "diff.was": ("Before", "이전 지적"),
    "diff.unreviewed_old": ("The old side has no review: {reason}", "이전 쪽의 검토가 없습니다: {reason}"),
    "diff.unreviewed_new": ("The new side has no review: {reason}", "새 쪽의 검토가 없습니다: {reason}"),
    "diff.other_questions_old": (
        "The old record answers other questions ({used}) than rubric {rubric} asks; review the old text again.",
        "이전 기록({used})은 평가 기준 {rubric}과 다른 질문에 답한 것입니다. 이전 글을 다시 검토하세요.",
    ),
    "diff.other_questions_new": (
        "The new record answers other questions ({used}) than rubric {rubric} asks; review the new text again.",
        "새 기록({used})은 평가 기준 {rubric}과 다른 질문에 답한 것입니다. 새 글을 다시 검토하세요.",
    ),
    "diff.scored_again_old": (
        "The old record was made with rubric {used}; its facts were scored again with {rubric}.",
        "이전 기록은 평가 기준 {used}로 만든 것이어서 {rubric}로 다시 채점했습니다.",
    ),
    "diff.scored_again_new": (
        "The new record was made with rubric {used}; its facts were scored again with {rubric}.",
        "새 기록은 평가 기준 {used}로 만든 것이어서 {rubric}로 다시 채점했습니다.",
    ),
    "diff.other_reader": (
        "The two texts were read by different readers ({old}, {new}): a difference may be the reader's.",
        "두 글을 서로 다른 방식으로 읽었습니다({old}, {new}). 차이는 글이 아니라 읽은 방식 때문일 수 있습니다.",
    ),
    "diff.other_language": (
        "The two texts are in different languages: what is missing may be what the reader did not see in one of them.",
        "두 글의 언어가 다릅니다. 없다고 한 내용은 한쪽 언어에서 찾지 못한 것일 수 있습니다.",
    ),
    "diff.same_text": ("Both sides are the same text, byte for byte.", "양쪽 글이 완전히 같습니다."),
    "diff.read_by": ("Read by {reader}.", "읽은 방식: {reader}."),
    # The page
    "page.proposal": ("The proposal", "제안서"),
    "page.notes": ("Notes", "메모"),
    "page.more": ("Details", "자세히"),
    "page.map": ("Impact and feasibility", "임팩트와 실현 가능성"),
    "page.here": ("This proposal, with its range", "이 제안서와 그 범위"),
    "page.usual": ("Usual place: {name}", "일반적인 위치: {name}"),
    "page.pyramid": ("What drives the cost", "비용을 좌우하는 요인"),
    "page.earned": ("{points} of 100", "100점 중 {points}점"),
    "page.drivers": ("Driven by: {names}", "주된 요인: {names}"),
    "page.no_drivers": ("Nothing stands out", "두드러진 요인 없음"),
    "page.general": ("About the text as a whole", "글 전체에 대하여"),
    "page.no_text": (
        "This record was stored without the proposal's text; the notes stand alone.",
        "이 기록에는 제안서 본문이 없어 메모만 보여 줍니다.",
    ),
    "page.skip": ("Skip to the proposal", "제안서로 건너뛰기"),
    "page.hint": (
        "A click on a mark leads to its note, and back. Keys: n next note, p previous.",
        "표시를 누르면 메모로, 메모를 누르면 본문으로 이동합니다. 단축키: n 다음 메모, p 이전 메모.",
    ),
    "page.only": ("Show the evidence for", "근거 표시:"),
    "page.only.all": ("every question", "모든 질문"),
    "page.facts": ("Everything that was read", "읽은 내용 전체"),
    "page.facts.count": ("{count} questions and their answers", "질문 {count}개와 답"),
    "page.facts.question": ("Question", "질문"),
    "page.facts.answer": ("Answer", "답"),
    "page.facts.how": ("Proof", "근거"),
    "fact.verified": ("quoted", "인용됨"),
    "fact.judged": ("judged", "판단함"),
    "fact.unverified": ("claimed, not proven", "확인되지 않은 주장"),
    "fact.not_stated": ("not said", "서술 없음"),
}


def say(language: str, more: Mapping[str, tuple[str, str]] = MappingProxyType({})) -> Say:
    """A function from a key and its values to words in this language; English where it is not Korean.

    `more` are a page's own words, which come before these.
    """
    column = 1 if language == "ko" else 0

    def words(key: str, **values: object) -> str:
        text = (more.get(key) or _WORDS[key])[column]
        return text.format(**values) if values else text

    return words


def listed(names: tuple[str, ...], limit: int = 5) -> str:
    """Names, quoted and joined; the rest as a count."""
    shown = ", ".join(f"“{name}”" for name in names[:limit])
    return shown if len(names) <= limit else f"{shown} … (+{len(names) - limit})"


def whole(figure: float) -> str:
    """A figure from 0 to 100 for people; halves go up, as on paper."""
    return str(int(figure + 0.5))
