"""Words that give text away as a template's instruction or as talk to a reviewer. Data: RE2 patterns, case ignored.

A detector is a courtesy: it is never complete, and no figure depends on it. So a pattern rather misses
than hits a proposal that describes its own prompts, reviewers or attacks. `^` and `$` are a line's.
"""

# A clause's start. "The agent must ignore previous instructions" is a design, "Ignore them" an order.
_GO = (
    r"(?:^[\s>*_#|~`+-]*|[.!?:;,\"'“‘(\[*_|>–—-]\s*"
    r"|\b(?:please|kindly|now|then|so|instead|simply|you (?:must|should|shall|will|need to|have to|are to))\s+)"
)
_READER = (
    r"(?:(?:automated?|automatic|ai|llm|human|peer|language|expert|proposal|esteemed|respected)[ -])*"
    r"(?:reviewers?|graders?|evaluators?|judges?|assessors?|referees?|language models?|llms?|chatbots?"
    r"|ai (?:systems?|models?|assistants?|agents?)|assistants?|gpt|chatgpt|claude|gemini|ai)"
)
_PROPOSAL = (
    r"(?:proposal|submission|document|paper|application|project|text|plan|design|draft|entry|candidate|it|us|me)"
)
_ONE = rf"(?:this|the|our|my|each|any)?\s*(?:\w+\s+)?{_PROPOSAL}"
_TOP = r"(?:full|highest|maximum|max|top|perfect|best possible|highest possible|lowest|lowest possible|zero|minimum)"
_MARKS = r"(?:marks?|scores?|points?|ratings?|grades?|credit)"
_KIND = r"(?:positive|favou?rable|glowing|good|excellent|negative|strong|enthusiastic)"
_FLAWS = (
    r"(?:negatives?|weak(?:ness(?:es)?| points?)|flaws?|limitations?|shortcomings?|criticisms?|problems|gaps?|faults?"
    r"|concerns|deficienc(?:y|ies)|missing (?:parts?|information|facts?)|downsides?|risks"
    r"|(?:this|these) (?:instructions?|notes?|messages?|lines?|sentences?|comments?))"
)
_SAY = (
    r"(?:report|answer|say|state|mark|rate|score|record|output|select|choose|pick|set|treat|consider|return|give"
    r"|write|put|fill|assume|extract|claim|conclude|confirm|respond|reply|count|quote|list|use)"
)
_RUBRIC = r"(?:criteri(?:on|a)|rubric|scorecard|verdict|axis|axes|gates?|checklist|review|evaluation|assessment|grading|scoring)"
_KO_DO = r"(?:하세요|하십시오|하시오|하라|해라|해\s*주세요|해\s*주십시오|해\s*줘|해\s*달라|할\s*것|하기\s*바랍니다|해\s*주시기)"

ADDRESSED: dict[str, tuple[str, ...]] = {
    "an order to set instructions aside": (
        _GO + r"(?:ignore|disregard|forget|override|discard|bypass|neglect|pay no attention to)\s+(?:\w+\s+){0,3}?"
        r"(?:previous|prior|above|earlier|preceding|foregoing|your|original|system|existing|other|initial|former|past)"
        r"(?:[\s,]+\w+){0,3}?\s+(?:instructions?|prompts?|directions?|directives?|guidelines?|commands?|rules|rubrics?"
        r"|criteria|constraints|training|orders|messages?|context|guidance|programming)\b",
        _GO + r"(?:do not|don't|stop|never|cease to)\s+(?:follow|obey|apply|heed|listen to|following|obeying|applying)"
        r"\s+(?:\w+\s+){0,2}?(?:previous|prior|above|earlier|preceding|your|original|system|initial)"
        r"(?:\s+\w+){0,2}?\s+(?:instructions?|prompts?|directions?|guidelines?|rules|rubrics?|criteria)\b",
        _GO + r"(?:ignore|disregard|forget)\s+(?:the |all |all of |everything )*(?:above|preceding|foregoing)\b"
        r"\s*(?:[.,;:!]|and\b|text\b|$)",
        _GO
        + r"(?:ignore|disregard|forget)\s+(?:all|everything|anything|what(?:ever)?)\s+(?:that\s+)?(?:you\b|i (?:have )?said|"
        r"was said|came before|before this|stated (?:above|before))",
        _GO + r"(?:ignore|disregard|skip|forget|override|bypass)\s+(?:the|your|this|any|all)\s+(?:\w+\s+){0,2}?"
        r"(?:rubrics?|scoring (?:rules|criteria)|(?:grading|review|evaluation|scoring|assessment) (?:instructions?|criteria|rules"
        r"|guidelines?|rubrics?|prompts?))\b",
        r"(?:이전|위|앞|기존|상기|지금까지|앞선|원래)(?:의|에|서)?\s*(?:모든|받은|주어진|있는|나온)?\s*(?:지시|명령|지침|프롬프트|안내|규칙|심사\s*기준"
        r"|평가\s*기준)(?:\s*사항|문|들)?(?:을|를|은|는)?\s*(?:모두|전부|완전히|다|싹)?\s*(?:무시|잊|따르지|버리|폐기)"
        r"(?:하고|해라|하라|하세요|하십시오|하시오|해\s*주|해줘|할\s*것|하기\s*바|어|으세요|고|\s*말|\s*마|세요)",
        r"(?:위|앞|상기|이전)(?:의)?\s*내용(?:을|은|들을)?\s*(?:모두|전부|다)?\s*(?:무시하(?:고|세요|십시오|라)|무시해|잊(?:고|어|으세요))",
        r"(?:以前|前|上記|これまで|先ほど)の(?:すべての|全ての)?(?:指示|命令|プロンプト|ルール)(?:は|を)(?:すべて|全て)?(?:無視|忘れ)",
        r"(?:忽略|无视|忘记)(?:之前|以上|先前|前面|上述)?(?:的)?(?:所有|全部|一切)?(?:之前|以上|先前)?(?:的)?(?:指令|指示|提示|说明|规则)",
    ),
    "words to the reviewer": (
        _GO + r"(?:dear|attention|hey|hello|hi)[\s,:]+(?:the |all |any |our |an? )*" + _READER + r"\b",
        _GO
        + r"(?:an? )?(?:important |special |private |hidden |urgent )?(?:note|message|instructions?|memo|hint|notice|request|reminder)"
        r"s? (?:to|for) (?:the |all |any |our |an? )*" + _READER + r"\b",
        _GO
        + r"to (?:the |all |any |our |an? )*"
        + _READER
        + r"(?: (?:of|reading|reviewing|grading|evaluating|processing) [^.:\n]{1,40})?\s*[:,]",
        r"\b(?:if|in case|since|because|when) (?:you are|you're|this is (?:being )?(?:read|reviewed|graded|processed|scored) by|you, the reader, are)"
        r"\s+(?:an?|the|any)?\s*" + _READER + r"\b",
        r"\bas (?:an?|the) " + _READER + r",? (?:you|your)\b",
        r"\byou are (?:currently |now |hereby |being )*(?:reviewing|grading|evaluating|scoring|assessing|judging|asked to review)\b",
        r"\byou are (?:now|no longer|from now on)(?: acting as)? (?:an?|the|in|bound)\s+(?:\w+\s+){0,4}?"
        r"(?:reviewer|grader|evaluator|mode|assistant|ai|dan|judge|model|critic|by)\b",
        _GO + r"from now on,? (?:you\b|act\b|answer\b|respond\b|rate\b|score\b)",
        _GO + r"(?:act|behave|pretend|respond|role-?play) (?:as|like|to be|as if you (?:are|were)) (?:\w+\s+){0,4}?"
        r"(?:reviewer|grader|evaluator|judge|critic|referee|committee)\b",
        r"\b"
        + _READER
        + r" (?:must|should|shall|is to|are to|is (?:asked|required|instructed) to|are (?:asked|required|instructed) to"
        r"|need to|has to|have to) (?:\w+ly )?(?:ignore|give|rate|score|mark|assign|accept|approve|award|recommend|treat|consider|grade)"
        r" (?:this|our|my|the present) ",
        r"\b(?:whoever|anyone who|any system that|the (?:system|model|ai|machine) (?:that is )?(?:reading|processing|reviewing)) "
        r"(?:this|reads this|scores this|reviews this|grades this)[^.\n]{0,40}\b(?:must|should|shall|please|will)\b",
        r"(?:심사\s*위원|심사자|심사관|검토자|평가자|평가\s*위원|리뷰어|채점자|AI|인공지능|언어\s*모델|LLM|챗봇|GPT)\s*(?:님|여러분|귀하)\s*(?:[,!:：]|께)",
        r"(?:당신|너|귀하)(?:은|는|이)?\s*(?:이제부터|지금부터|이제)\s",
        r"(?:당신|너|귀하)(?:이|가|은|는)?\s*(?:AI|인공지능|언어\s*모델|LLM|심사\s*(?:AI|모델|시스템))(?:이라면|라면|이면|면|이므로|로서)",
        r"(?:AI|인공지능|언어\s*모델|LLM|심사\s*시스템)(?:로서|으로서)[,\s]+(?:당신|너|귀하|반드시)",
        r"이\s*(?:문서|글|제안서|문장|텍스트)(?:를|을)\s*(?:읽는|읽고\s*있는|검토하는|심사하는|평가하는|채점하는)\s*(?:AI|인공지능|언어\s*모델|LLM|모델|심사)",
        r"(?:審査員|レビュアー|査読者|評価者|AI)(?:の皆様|様|さん)?(?:へ|、)[^。\n]{0,40}(?:してください|付けてください|与えてください)",
    ),
    "a demand for a rating": (
        _GO
        + r"(?:give|award|assign|grant|return|output|provide|write|produce)\s+(?:[\w'’]+\s+){0,6}?"
        + _TOP
        + r"\s+(?:\w+\s+)?"
        + _MARKS
        + r"\b(?:[^.\n]{0,40}\b(?:every|each|all|categor|criteri|section|axis|axes|proposal|submission|rubric)|\s*(?:[.!,;]|only|$))",
        _GO
        + r"(?:give|award|assign|grant)\s+"
        + _ONE
        + r"\s+(?:\w+\s+){0,4}?(?:"
        + _TOP
        + "|"
        + _KIND
        + r"|high|low|\d+)(?:\s+\w+)?\s+"
        r"(?:" + _MARKS + r"|review|evaluation|assessment|verdict|recommendation|feedback|out of)\b",
        _GO
        + r"(?:give|write|provide|produce|return|leave|output|generate|submit)\s+(?:\w+\s+){0,3}?(?:only\s+)?(?:\w+ly\s+)?"
        + _KIND
        + r"\s+(?:reviews?|evaluations?|assessments?|verdicts?|recommendations?)\b",
        _GO
        + r"(?:rate|score|mark|grade|evaluate|assess|judge|rank|treat|classify|label|consider)\s+(?:this|our|my|the present|the following|the)\s+"
        r"(?:\w+\s+)?(?:proposal|submission|document|paper|application|project)\s+(?:\w+\s+){0,3}?"
        r"(?:10\b|100\b|five|ten|highest|highly|excellent|outstanding|positively|favou?rably|perfect|top|as (?:an? )?(?:go|strong|accept\w*|approved"
        r"|excellent|high\w*|pass\w*|fraud\w*|complete)|go\b|accept|negatively|poorly|lowest|zero|0\b)",
        _GO
        + r"(?:accept|approve|recommend|pass|reject|fail|decline)\s+(?:this|our|my|the)\s+(?:\w+\s+)?(?:proposal|submission|paper|application|project)"
        r"\s+(?:unconditionally|without|immediately|regardless|automatically|no matter|at once|whatever|for acceptance|strongly)",
        r"\b(?:final |overall |only |correct |right )+(?:score|verdict|rating|grade|recommendation|decision|review) (?:must|should|shall|has to|needs to|can only) be"
        r" (?:an? )?[\"'“]?(?:go|10\b|100\b|accept\w*|positive|the highest|highest|maximum|full|approved?|perfect|stop|reject\w*|zero|0\b|strong)",
        r"\b(?:score|rate|give) (?:it|this|this one|the proposal) (?:an? )?(?:0|zero|10|100|ten)(?:\s*/\s*\d+| out of \d+| points?| marks?)?\s*(?:[.!,;]|$|and )",
        _GO
        + r"(?:do not|don't|never|avoid|refrain from|without)\s+(?:mention|highlight|report|list|point(?:ing)? out|rais|flag|critici[sz]|includ|not(?:e|ing)|discuss"
        r"|identify|reveal|disclos|comment(?:ing)? on|find|show|bring(?:ing)? up)(?:e|ing)?\s+(?:any\s+|the\s+|its\s+|all\s+|of\s+|possible\s+|potential\s+|existing\s+)*"
        + _FLAWS
        + r"\b",
        r"(?:만점|최고\s*(?:점수|점|등급|평점|평가)|높은\s*(?:점수|평가)|100\s*점|10\s*점|긍정적(?:인|으로)?\s*(?:평가|리뷰|심사|의견)?|좋은\s*(?:평가|점수)|최하점|최저\s*점수?|0\s*점)"
        r"(?:만)?(?:을|를|으로|로)?\s*(?:\S+\s+){0,2}?(?:주세요|주십시오|주시기|줘|줄\s*것|주어야|부여"
        + _KO_DO
        + "|부여해|매겨|매기세요|매길|평가"
        + _KO_DO
        + r"|평가해|내려\s*주|부탁|작성"
        + _KO_DO
        + "|처리"
        + _KO_DO
        + r"|달라|출력"
        + _KO_DO
        + ")",
        r"(?:단점|약점|문제점|부족한\s*점|한계점?|결점|부정적인?\s*(?:내용|의견|점))(?:은|을|를|에\s*대해(?:서는|서)?)?\s*(?:\S+\s+){0,2}?"
        r"(?:언급|지적|말|적|쓰|표시|보고|기재|거론)(?:하)?지\s*(?:마|말)",
        r"(?:이|본)\s*(?:제안서|문서|기획서|과제|사업|프로젝트|글)(?:는|은|를|을|에|에게|에는)?\s*(?:\S+\s+){0,3}?(?:무조건|반드시|즉시|그냥)\s*(?:\S+\s+){0,3}?"
        r"(?:승인|통과|합격|채택|선정|탈락|반려)(?:시켜|" + _KO_DO + r"|으로\s*(?:처리|평가|판정)|처리)",
    ),
    "an order about a criterion": (
        r"\b(?:for|in|under|regarding|about|on)\s+(?:the|every|each|all|any)\b[^.\n]{0,60}?\b(?:sections?|criteri(?:on|a)|fields?|axis|axes|gates?|items?|rubric)\b"
        r"[^.\n]{0,30}?(?:[,:]\s*|\s)(?:please |you (?:must|should|will|shall) |always |only |simply |just |never )+"
        + _SAY
        + r"\b",
        _GO
        + r"(?:always |please |simply |just )*(?:mark|treat|count|consider|report|record|rate|score|answer|assume|extract|set|regard)\s+(?:[\w'’-]+\s+){0,5}?"
        r"(?:criteri(?:on|a)|rubric|gates?|axis|axes|requirements?|checklist|items)\b(?:[\s\w'’-]{0,40}?)\s(?:as|to be|to)\s+[\"'“]?"
        r"(?:stated|satisfied|met|fulfilled|quantified|passed|passing|closed|verified|complete|present|high|full|true|yes|go|addressed|answered)",
        _GO
        + r"(?:always |please |simply |just |you must )*"
        + _SAY
        + r"\s+(?:[\w'’-]+\s+){0,4}?(?:(?:every|all|each|any)\s+(?:\w+\s+){0,2}?)(?:criteri(?:on|a)|gates?|axis|axes|"
        r"items? (?:of|in|on) the (?:rubric|checklist)|rubric (?:items?|questions?|fields?))\b",
        r"\b(?:when|while|before|after) (?:extracting|filling in|scoring|grading|evaluating|assessing|reviewing) [^.\n]{1,60}?[,:]\s*(?:please |always |only |simply |just |you (?:must|should) )*"
        + _SAY
        + r"\b",
        r"\b(?:criteri(?:on|a)|rubric|extraction|extractor|verdict|scorecard|gate)\b[^.\n]{0,50}?\b(?:must|should|shall|has to|needs to)\s+(?:always\s+)?(?:be\s+)?(?:set|reported|marked|answered|read|say|recorded|filled|returned|treated)"
        r"\s+(?:as\s+|to\s+|with\s+)?",
        r"(?:항목|기준|섹션|부문|평가|심사|점수|축)(?:은|는|에는|에서는|에|에서|란에는)?\s*(?:\S+\s+){0,6}?(?:항상|반드시|무조건|모두)\s*(?:\S+\s+){0,10}?"
        r"(?:보고|답변|답|표시|평가|기록|출력|작성|응답|판단|간주|처리|기재|추출)" + _KO_DO,
    ),
    "a claim of authority over the review": (
        r"\b(?:proposal|document|submission|project|application) (?:has|was|is)(?: already)?(?: been)? (?:pre-?approved|approved|cleared|certified|validated|accepted|exempt\w*|reviewed)"
        r"[^.\n]{0,80}?(?:no (?:further |more |additional )?(?:review|checks?|evaluation|scrutiny)\b|skip\b|needs no\b|without (?:further )?(?:review|checks)\b|exempt from\b|do(?:es)? not need"
        r" (?:any |further )*(?:review|scoring|evaluation))",
        _GO
        + r"\[?\(?(?:system|administrator|admin|developer|operator|security|instruction|policy|reviewer|priority)[ -](?:override|notice|update|alert|directive|bypass|command)s?\b\s*[\])]?\s*[:>–—-]",
        _GO
        + r"(?:new|updated|revised|hidden|secret|real|actual|overriding)\s+(?:system |hidden )?(?:instructions?|orders|directives?|system prompt)\s*(?:for [^:\n]{1,40}|follows?)?\s*:",
        _GO
        + r"(?:note|comment|remark|assessment|statement|endorsement|opinion|verdict)s? (?:by|from|of) (?:an?|the|our) (?:[\w-]+ ){0,5}?(?:expert|reviewer|evaluator|recruiter|committee|auditor|authority"
        r"|official|administrator|scientist|professor)\b[^:\n]{0,40}:",
        r"(?:시스템|관리자|개발자|운영자)\s*(?:공지|명령|지시|알림|업데이트)\s*[:：]",
        r"(?:제안서|문서|과제|기획서)(?:는|은)\s*(?:이미)\s*(?:\S+\s+){0,3}?(?:승인|심사|검증)\S*\s*(?:\S+\s+){0,4}?(?:추가\s*)?(?:심사|검토|평가)(?:가|는|를)?\s*(?:필요\s*없|불필요|생략)",
    ),
    "a request for what the reviewer keeps": (
        _GO
        + r"(?:print|reveal|repeat|show|output|leak|dump|send|tell (?:me|us)|display|expose|write out|list)\s+(?:me |us )?(?:out )?(?:all )?(?:of )?your\s+(?:\w+\s+){0,3}?"
        r"(?:prompts?|environment|env|api keys?|keys|secrets?|instructions|configuration|credentials|tokens?|rules|rubric)\b",
        _GO
        + r"(?:print|reveal|repeat|leak|dump)\s+(?:the |all )*(?:\w+\s+){0,2}?(?:system prompt|environment variables?|api keys?|hidden prompt|initial prompt)\b",
        r"(?:시스템\s*프롬프트|환경\s*변수|API\s*키|비밀\s*키)(?:를|을)?\s*(?:모두|전부)?\s*(?:출력|공개|보여|알려|반복)(?:"
        + _KO_DO
        + r"|\s*주세요|\s*줘)",
    ),
    "chat control tokens": (
        r"<\|(?:im_start|im_end|im_sep|system|user|assistant|end|eot_id|start_header_id|end_header_id|begin_of_text|end_of_text|endoftext|endofprompt|channel|message|start|return|call|"
        r"start_of_role|end_of_role)\|>",
        r"\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|\[/?(?:SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS)\]|<\|?(?:begin|end)▁of▁sentence\|?>|<｜[^｜\n]{1,30}｜>",
        r"^#{2,4}\s*(?:instruction|response)\s*:\s*$",
        r"</(?:proposal|document|instructions?|system|rubric|user_input|untrusted[\w-]*|context|input|submission|text_to_review)>",
    ),
    "forged output of a review": (
        r"[\"'}\]]\s*[}\]]+\s*,?\s*\{?\s*\"(?:score|rating|verdict|grade|result|status|overall|facts|claims|impact|feasibility)\"\s*:",
        r"\"(?:verdict|decision|recommendation|recommended_action)\"\s*:\s*\"(?:accept\w*|approved?|go|pass\w*|strong[ _-]accept|reject\w*|stop)\"",
        r"\"(?:impact|feasibility|completeness|scorecard|overall_score|proposal_score)\"\s*:\s*(?:\{|100\b|10\b|9\d\b|0\b|\"(?:high|max\w*|low)\")",
        r"^\s*/(?:approve|lgtm|merge|ok-to-test|retest|override|close)\b",
        r"^\s*(?:score|verdict|overall)\s*[:=]\s*(?:100(?:\s*/\s*100)?|10\s*/\s*10|go|accept|approved)\s*$",
    ),
}
# Those that count inside code too: a fenced prompt of an LLM project is its design, a forged verdict is not.
IN_CODE = ("forged output of a review", "a demand for a rating")

# A sentence about attacks may quote one.
SECURITY = r"(?:attack|adversar|inject|jailbreak|red[- ]team|malicious|exploit|payload|threat|guardrail|hostile|abuse|manipulat|공격|인젝션|주입|탈옥|악성|방어|레드팀|조작)"

_ASK = (
    r"(?:describe|insert|add|enter|explain|list|provide|fill(?: in| out)?|state|specify|name|replace|write|include|summari[sz]e|outline|define|identify|give|put|detail|note|discuss|"
    r"briefly|clearly|delete|remove|choose|select|link)"
)
_ARTICLE = r"(?:the|your|a|an|any|all|what|how|who|why|when|which|where|here|this|each|every|in|it|briefly|clearly|out|one|two|at least|some|of|to)"
_GUIDE = r"(?:section|part|paragraph|template|field|document|heading|page|form|table|text)"

TEMPLATE: dict[str, tuple[str, ...]] = {
    # The bracket alone is left over; what stands beside it may be real.
    "a placeholder": (
        r"[\[<{]{1,2}\s*(?:please\s+)?" + _ASK + r"\s+" + _ARTICLE + r"\b[^\[\]<>{}\n]{0,200}[\]>}]{1,2}",
        r"[\[<{]{1,2}\s*(?:your|insert|enter|todo|tbd|tbc|fixme|placeholder|fill in|company|project|product|team|author|date|name|owner|model|metric|xx+|\.\.\.|…)(?:[ _-][\w ,'/_-]{0,60})?\s*[\]>}]{1,2}",
        r"[\[(]\s*[^\[\]()\n]{0,60}(?:작성|입력|기재|기술|기입|서술|설명)(?:하세요|하십시오|해\s*주세요|해\s*주십시오|바랍니다|란|할\s*것|요망)[^\[\]()\n]{0,30}[\])]",
        r"[\[(<]\s*(?:여기에|이곳에|내용|예시|예\)|프로젝트명|과제명|팀명|이름|날짜|담당자|작성자|회사명|제목|미정|추후)[^\[\]()<>\n]{0,40}[\])>]",
        r"[○◯]{2,}|O{3,}월|XX+(?:%|명|원|건|회사|팀)",
    ),
    "a note to self": (
        r"(?:^|[.;:|(]\s*|[>*_-]\s+|\s{2,})(?:todo|tbd|tbc|fixme|to be (?:determined|decided|defined|done|written|completed|added|filled(?: in)?|announced))\b(?:\s*\([^)\n]{0,60}\))?\s*(?:[:.\-–—|)*_]|$)[^\n|]{0,200}",
        r"(?:추후\s*(?:작성|기재|보완|결정|논의)\s*(?:예정|필요)?|작성\s*(?:중|예정|필요)|미작성|내용\s*없음)\s*(?:[.)|]|$)",
    ),
    "filler": (
        r"\blorem ipsum\b",
        r"\bdolor sit amet\b",
        r"\b(?:sample|dummy|placeholder) text\b\s*(?:[.:]|$|goes here)",
        r"\bthis is (?:a )?(?:place ?holder|sample text|template)\b",
    ),
    "an instruction of the template": (
        r"^[\s>*_#|+-]*(?:in|use) this "
        + _GUIDE
        + r",? (?:to |please |you should |you will |we (?:want|ask|expect) )*"
        + _ASK
        + r"\b",
        r"^[\s>*_#|+-]*(?:this|the) "
        + _GUIDE
        + r" (?:should|must|is (?:meant|intended|used|the place|where you)|will) (?:be used )?(?:to )?(?:"
        + _ASK
        + r"|contain|cover|hold|answer|be (?:filled|deleted|removed|replaced|completed))\b",
        r"\b(?:delete|remove|replace|overwrite) (?:this|these|the (?:italic|bracketed|example|instruction|guidance|sample|grey|gray|blue)) (?:\w+ )?(?:text|section|line|lines|note|notes|instructions?|comment|comments|guidance|paragraph|when|before|once)\b",
        r"^[\s>*_|+-]*[_*(\[]+\s*(?:please |briefly |clearly |in (?:one|two|a few) sentences?,? )*"
        + _ASK
        + r"\b[^\n]{3,300}[_*)\]]+\s*$",
        r"^[\s>*_|+-]*[_*(\[]+\s*(?:what|how|who|why|which|when|where|is|are|do|does|can|will|have|should)\b[^\n]{3,300}\?\s*[_*)\]]+\s*$",
        r"^[\s>*_|+-]*(?:please |briefly )*(?:describe|explain|summari[sz]e|outline|state|specify|list|provide|identify) (?:here |briefly |clearly )*(?:your|the problem (?:you|here)|how you|what you|why you|which|in (?:one|two|a few|\d+))\b[^\n]{3,300}$",
        r"\b(?:max(?:imum)?\.?|up to|at most|no more than|about|approx\.?|limit(?:ed)? to)\s*\d{1,4}\s*(?:words|characters|sentences|pages?|lines)\b[^\n]{0,20}[)\]_*]",
        r"<!--\s*(?:please |todo|tbd|fill|"
        + _ASK[3:-1]
        + r"|instructions?|guidance|example|template|hint|note to (?:the )?authors?|optional|required|what|how|why|who|which)\b[^\n]*",
        r"(?:이|해당|본)\s*(?:섹션|항목|부분|절|장|란|단락)(?:에는|에서는|은|는|에)\s*[^.\n]{0,80}?(?:작성|기술|설명|기재|서술|입력|정리|포함)(?:하세요|하십시오|해\s*주세요|해\s*주십시오|합니다|할\s*것|하기\s*바랍니다|바랍니다)",
        r"(?:구체적으로|간단히|간략히|자세히|상세히|여기에|아래에|명확히|이내로)\s*(?:\S+\s+){0,4}?(?:작성|기술|설명|기재|서술|기입|적어|입력)(?:하세요|하십시오|해\s*주세요|해\s*주십시오|하시오|할\s*것|하기\s*바랍니다|바랍니다|\s*주세요|\s*주십시오)",
        r"^[\s>*_|+-]*(?:※|\(?\s*작성\s*(?:요령|방법|예시|가이드|안내)|\(?예시\s*[):：])[^\n]*",
        r"^[\s>*_|+-]*[_*(]+[^\n]{3,200}(?:인가요|입니까|무엇인가|누구인가|할\s*것인가|한가|습니까)\?\s*[_*)]+\s*$",
        r"<!--[^\n]{0,80}(?:작성|입력|기재|설명)(?:하세요|하십시오|해\s*주세요|란|요령|예시)[^\n]*",
    ),
}
