"""The words of the page around a review, in English and Korean."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Review a proposal", "제안서 검토"),
    "text": ("Your proposal", "제안서"),
    "hint": (
        "Paste or type here, or drop a file anywhere: Markdown, text, Word, OpenDocument, PDF, HTML, notebook.",
        "붙여넣거나 입력하거나 파일을 끌어다 놓으세요: Markdown, 텍스트, Word, OpenDocument, PDF, HTML, 노트북.",
    ),
    "private": (
        "Nothing leaves this machine, and nothing is stored.",
        "어떤 내용도 이 컴퓨터 밖으로 나가거나 저장되지 않습니다.",
    ),
    "private.model": (
        "Nothing is stored. Nothing leaves this machine unless you ask the model.",
        "어떤 내용도 저장되지 않으며, 모델에게 묻지 않는 한 이 컴퓨터 밖으로 나가지 않습니다.",
    ),
    "file": ("Choose a file…", "파일 선택…"),
    "rubric": ("Rubric", "평가 기준"),
    "language": ("Language", "언어"),
    "language.auto": ("of the text", "제안서와 같게"),
    "voice": ("Voice", "말투"),
    "voice.gate": ("verdict and findings", "판정과 지적"),
    "voice.coach": ("questions, no verdict", "판정 없이 질문"),
    "result": ("Review", "검토 결과"),
    "frame": ("The review", "검토 보고서"),
    "waiting": (
        "The review appears here: a verdict, what it rests on, what to write next, and the text with notes beside it.",
        "검토 결과가 여기에 나타납니다. 판정과 그 근거, 다음에 쓸 내용, 그리고 본문 옆의 메모를 볼 수 있습니다.",
    ),
    "changes": ("Changes", "바뀐 점"),
    "changes.since": ("Changes since {name}", "{name} 이후 바뀐 점"),
    "start": ("Compare from here", "여기부터 비교"),
    "first": ("the first version", "처음 버전"),
    "download": ("Download", "내려받기"),
    "download.text": ("the text", "본문"),
    "alone": ("Open alone", "따로 열기"),
    "force": ("Review it all the same", "그래도 검토하기"),
    "ask": ("Ask {model}…", "{model}에게 묻기…"),
    "ask.title": ("Ask a language model", "언어 모델에게 묻기"),
    "ask.host": ("The text will be sent to {host}.", "본문이 {host}(으)로 전송됩니다."),
    "ask.model": ("Model {model}", "모델 {model}"),
    "ask.held": ("Look first: it holds {held}.", "먼저 확인하세요. 본문에 다음이 있습니다: {held}."),
    "ask.takes": (
        "{calls} calls, about {input} tokens in and {output} out.",
        "호출 {calls}회, 입력 토큰 약 {input}개, 출력 토큰 약 {output}개.",
    ),
    "ask.kept": ("Answered before: nothing is sent.", "이전에 받은 답이 있어 아무것도 보내지 않습니다."),
    "ask.cost": ("About ${likely}, at most ${most}.", "약 ${likely}, 최대 ${most}."),
    "ask.unknown": ("No price is known for this model.", "이 모델의 가격을 알 수 없습니다."),
    "ask.send": ("Send", "보내기"),
    "ask.cancel": ("Cancel", "취소"),
    "ask.busy": (
        "Asked {host} {seconds} s ago: {calls} calls done.",
        "{host}에 물은 지 {seconds}초, 호출 {calls}회 완료.",
    ),
    "pasted": ("pasted text", "붙여넣은 글"),
    "reading": ("Reading…", "읽는 중…"),
    "done": (
        "Reviewed in {took} ms by the offline engine.",
        "오프라인 엔진이 {took}ms 만에 검토했습니다.",
    ),
    "done.llm": ("Read by the model.", "모델이 읽었습니다."),
    "stopped": ("Not reviewed:", "검토하지 못함:"),
    "too_large": ("{name} has more than 10 MB.", "{name}이(가) 10 MB를 넘습니다."),
    "unreadable": (
        "{name} cannot be read; hand over one file, no folder.",
        "{name}을(를) 읽을 수 없습니다. 폴더가 아닌 파일 하나를 넣어 주세요.",
    ),
    "several": ("Only {name} is read: one document at a time.", "한 번에 하나씩만 읽습니다: {name}"),
    "gone": (
        "No answer: `reviewer serve` has ended, or this page is of an earlier run. Start it and open its address.",
        "응답이 없습니다. `reviewer serve`가 끝났거나 이전 실행의 페이지입니다. 다시 시작해 새 주소를 여세요.",
    ),
    "broken": (
        "That is a fault of reviewer; the terminal where it runs says more.",
        "reviewer의 오류입니다. 실행 중인 터미널에서 자세한 내용을 볼 수 있습니다.",
    ),
}
# Those that the script fills in.
FOR_SCRIPT = (
    "changes.since", "first", "ask.host", "ask.held", "ask.takes", "ask.kept", "ask.cost", "ask.unknown", "ask.busy",
    "reading", "done", "done.llm", "stopped", "too_large", "unreadable", "several", "gone", "broken", "pasted",
)  # fmt: skip
