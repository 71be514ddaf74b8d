"""The words of an archive's pages, in English and Korean; those of a review come from `pipeline.say`."""

WORDS: dict[str, tuple[str, str]] = {
    "archive": ("Archive", "제안서 모음"),
    "archive.one": ("{count} document", "문서 {count}건"),
    "archive.many": ("{count} documents", "문서 {count}건"),
    "skip": ("Skip to the ranked table", "순위표로 건너뛰기"),
    "unreviewed": ("not reviewed: {count}", "검토하지 못함: {count}"),
    "verdict.": ("No verdict", "판정 없음"),
    "none.reviewed": (
        "None of these documents was reviewed, so there is nothing to rank; the reasons are below.",
        "검토된 문서가 없어 순위를 매길 수 없습니다. 이유는 아래에 있습니다.",
    ),
    # The map
    "map.hint": (
        "Point at a mark to see its range. Keyboard: Tab to the map, then the arrow keys; Enter lists what is there.",
        (
            "표시를 가리키면 범위가 보입니다. 키보드: Tab으로 지도에 들어가 화살표 키로 이동하고, "
            "Enter를 누르면 그 자리의 제안서를 모두 보여 줍니다."
        ),
    ),
    "map.shape": ("Shape: archetype", "모양: 유형"),
    "map.colour": ("Colour and fill: verdict", "색과 채움: 판정"),
    "map.usual": ("dashed: the archetypes' usual places", "점선: 유형별 일반적인 위치"),
    "map.best": ("tinted: the lecture's high-priority quadrant", "색칠한 영역: 강의의 최우선 사분면"),
    "archetype.none": ("not clear", "불분명"),
    "here": ("At this place", "이 자리"),
    "here.more": ("and {count} more; the table has all", "외 {count}건, 전체는 표에 있습니다"),
    "to.row": ("row", "행"),
    # What is missing
    "lacks": ("What the archive lacks most", "가장 많이 빠진 내용"),
    "lacks.count": ("{count} of {total}", "{total}건 중 {count}건"),
    "lacks.none": ("Every proposal says everything.", "모든 제안서에 빠진 내용이 없습니다."),
    "lacks.hint": ("A click shows those that do not say it.", "누르면 그 내용이 없는 제안서만 보여 줍니다."),
    "lacks.rest": ("{count} more", "{count}개 더"),
    # The table
    "table": ("Ranked", "순위"),
    "table.rows": ("Table of proposals", "제안서 표"),
    "table.mean": ("the mean of {axes}", "{axes}의 평균"),
    "table.hint": (
        (
            "By {by}, as written; “=” marks the same figure. Beside each place stand all that it can "
            "still take, since what is not said could count either way: where they overlap, no order is known."
        ),
        (
            "{by}(현재 서술 기준) 순서이며 “=”는 같은 점수입니다. 순위 옆의 범위는 "
            "아직 서술되지 않은 내용에 따라 될 수 있는 순위이며, 범위가 겹치면 순서를 알 수 없습니다."
        ),
    ),
    "rank": ("Rank", "순위"),
    "proposal": ("Proposal", "제안서"),
    "overall": ("Mean", "평균"),
    "gaps": ("Unsaid", "빠진 항목"),
    "search": ("Text", "검색어"),
    "all": ("all", "전체"),
    "lacks.filter": ("Does not say", "서술하지 않음"),
    "reset": ("Show all", "모두 보기"),
    "shown": ("{shown} of {total} shown", "{total}건 중 {shown}건 표시"),
    "no.match": (
        "No proposal matches; Show all brings them back.",
        "일치하는 제안서가 없습니다. ‘모두 보기’를 누르세요.",
    ),
    # Near-duplicates
    "alike": ("Nearly the same text", "거의 같은 글"),
    "alike.none": (
        "No two texts have half of their word triples in common.",
        "연속한 세 단어의 절반 이상이 겹치는 글은 없습니다.",
    ),
    "alike.what": (
        "Grouped where at least half of the word triples are common (found by MinHash, then measured).",
        "연속한 세 단어의 절반 이상이 겹치는 글을 묶었습니다(MinHash로 찾고 정확히 측정).",
    ),
    "alike.missing": (
        "Not looked for: datasketch is not installed. pip install 'proposal-reviewer[batch]' and report again.",
        "찾지 않음: datasketch가 없습니다. pip install 'proposal-reviewer[batch]' 후 보고서를 다시 만드세요.",
    ),
    "alike.no_text": (
        "Not looked for: the records hold no text (--no-text).",
        "찾지 않음: 기록에 본문이 없습니다(--no-text).",
    ),
    "alike.of": ("{share} % the same as {name}", "{name}와(과) {share} % 동일"),
    # What was not reviewed
    "left": ("Not reviewed", "검토하지 못한 문서"),
    "left.rows": ("Table of what was not reviewed", "검토하지 못한 문서 표"),
    "left.none": ("Everything was reviewed.", "모두 검토했습니다."),
    "left.what": (
        "These have no place on the map or in the table: a failure is not a low score.",
        "지도와 표에 없습니다. 실패는 낮은 점수가 아닙니다.",
    ),
    "state": ("State", "상태"),
    "why": ("Why", "이유"),
    "state.pending": ("pending", "대기"),
    "state.incomplete": ("incomplete", "불완전"),
    "state.skipped": ("skipped", "건너뜀"),
    "state.failed": ("failed", "실패"),
    "state.absent": ("no record", "기록 없음"),
    "unread.record": (
        "its record has no figures for this rubric's axes; `reviewer batch rescore`, or review it again",
        "이 평가 기준의 축 점수가 기록에 없습니다. `reviewer batch rescore`를 쓰거나 다시 검토하세요",
    ),
    "unread.pending": ("not reached yet; run the batch again", "아직 차례가 오지 않았습니다. 배치를 다시 실행하세요"),
    # How it was read
    "method.many": ("{count} read by {by}, rubric {rubric}.", "{count}건: {by}, 평가 기준 {rubric}."),
    "method.mixed": (
        "Not all were read in the same way: figures of different readers or rubrics do not compare.",
        "모두 같은 방식으로 읽지 않았습니다. 읽은 방식이나 평가 기준이 다르면 점수를 비교할 수 없습니다.",
    ),
    # The instructor's sheet
    "marks": ("Mark sheet", "채점표"),
    "marks.what": (
        (
            "Each figure is the share of a question's points, 0–100; “–” is not said. In the order of names: this is "
            "no ranking. The marks are the tool's reading; marks.csv has columns for yours."
        ),
        (
            "각 숫자는 질문별 점수 비율(0–100)이며 “–”는 서술 없음입니다. 이름순이며 순위가 아닙니다. "
            "도구가 읽은 결과이고, marks.csv에 직접 채점할 열이 있습니다."
        ),
    ),
    "student": ("Student", "학생"),
    "said.by": ("said by", "서술"),
    "total": ("Whole", "전체"),
    "feedback": ("feedback", "피드백"),
}
