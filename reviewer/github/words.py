"""What is said around the reviews, in English and Korean."""

from collections.abc import Callable

Tell = Callable[..., str]

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Proposal review", "제안서 검토"),
    "proposal": ("Proposal", "제안서"),
    "unreviewed": ("not reviewed", "검토하지 못함"),
    "questions": ("{count} open question{s}", "남은 질문 {count}개"),
    "since.base": ("Since the base", "기준 버전 이후"),
    "since.push": ("Since {head}", "{head} 이후"),
    "new.file": ("New in this pull request.", "이 풀 리퀘스트에서 새로 추가되었습니다."),
    "unmoved": ("nothing moved", "변화 없음"),
    "said": ("{name} stated", "{name} 서술됨"),
    "unsaid": ("{name} no longer stated", "{name} 서술이 사라짐"),
    "others": ("{count} more", "외 {count}건"),
    "fixed": ("{count} fixed", "해결 {count}건"),
    "new": ("{count} new", "새로 생긴 지적 {count}건"),
    "regressed": ("{count} worse", "나빠진 지적 {count}건"),
    "top": ("Look here first", "먼저 볼 것"),
    "line": ("line {line}", "{line}행"),
    "write": ("Write", "쓸 내용"),
    "all": ("The whole review: {count} finding{s}", "검토 전문: 지적 {count}건"),
    "changes": ("What changed since the base", "기준 버전에서 달라진 점"),
    "cut": (
        "… cut here for length; the record and the job summary have the rest.",
        "… 길이 제한으로 줄였습니다. 나머지는 기록과 작업 요약에 있습니다.",
    ),
    "cut.proposals": (
        "… and {count} more; the record and the job summary have them.",
        "… 외 제안서 {count}건은 기록과 작업 요약에 있습니다.",
    ),
    "left": ("Not reviewed", "검토하지 않은 파일"),
    "left.deleted": ("deleted", "삭제됨"),
    "left.moved": ("only renamed", "이름만 바뀜"),
    "left.link": ("a symbolic link, which is not followed", "심볼릭 링크이므로 따라가지 않음"),
    "left.submodule": ("a submodule", "서브모듈"),
    "left.lfs": ("a Git LFS pointer; its text is not in the repository", "Git LFS 포인터이며 본문이 저장소에 없음"),
    "left.files": ("over budget: more proposals than --max-files", "예산 초과: --max-files보다 많음"),
    "left.bytes": ("over budget: more text than --max-bytes", "예산 초과: --max-bytes보다 김"),
    "left.cost": ("over budget: a run may not cost more (max-cost)", "예산 초과: 실행 비용 한도(max-cost)에 이름"),
    "left.model": ("the model could not be used: {detail}", "모델을 쓸 수 없음: {detail}"),
    "left.gone": ("not in the commit", "커밋에 없음"),
    "left.unlisted": (
        "{detail} files beyond the 3000 that GitHub lists",
        "GitHub이 나열하는 3000개를 넘는 파일 {detail}개",
    ),
    "none": ("No proposal changed.", "변경된 제안서가 없습니다."),
    "at": ("commit {head}", "커밋 {head}"),
    "offline": ("offline engine, no cost", "오프라인 엔진, 비용 없음"),
    "no.key": (
        "offline engine: the model's key is not given to forks",
        "오프라인 엔진: 포크에는 모델 키가 주어지지 않음",
    ),
    "cost": ("cost ${cost}", "비용 ${cost}"),
    "cost.unknown": ("cost not known", "비용 알 수 없음"),
    "advice": ("advice, not a decision", "결정이 아닌 조언"),
    "stale": (
        "This is about commit {head}; a newer commit exists and has its own review.",
        "이 검토는 커밋 {head}에 대한 것이며, 더 새로운 커밋이 있습니다.",
    ),
    "remark.fixed": ("Fixed in {head}.", "{head}에서 해결되었습니다."),
    "remark.gone": ("No longer proposed in {head}.", "{head}에서 더는 제안되지 않습니다."),
    "remark.again": ("Open again in {head}.", "{head}에서 다시 열렸습니다."),
    "remarks": (
        "{count} remark{s} on lines of this change; the comment above has everything.",
        "이 변경의 줄에 대한 지적 {count}건입니다. 전체는 위 댓글에 있습니다.",
    ),
}


def telling(language: str) -> Tell:
    """A function from a key and its values to words in this language; English where it is not Korean."""
    column = 1 if language == "ko" else 0

    def tell(key: str, **values: object) -> str:
        return _WORDS[key][column].format(**values, s="" if values.get("count") == 1 else "s")

    return tell
