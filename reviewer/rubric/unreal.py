"""Stretches of a text that say what is not so: a wish ("if we had labels"), a denied claim, nought, a struck-out line,
what was given up.

No proof is taken from them. Only wordings that leave no doubt are here: "if the model is down, rules answer" is a plan.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from reviewer.rubric.patterns import sign, which

Unreal = Literal["conditional", "called false", "a count of nought", "struck out", "a question", "given up", "denied"]

_HAVE = r"(?:have|has|had|hold|holds|own|owns|exists?|available|collected|labell?ed|annotated|tagged|recorded)"
# A count of things that somebody has; "zero downtime" and "0 % errors" are aims.
_NOUGHT = re.compile(
    rf"\b{_HAVE}\s(?:\w+\s)?(?:for\s|in\s|of\s|on\s|yet\s)?(?:exactly\s|just\s|only\s|still\s)?(?:0|zero|nought|nil)\s"
    r"(?!(?:false|wrong|errors?|mistakes?|downtime|tolerance|impact|cost|risk|defects?|to|trust|shot|points?|percent|for|if|when|means|or|and)\b|[%.,–-])"
    r"[a-z]"
    r"|\b(?:0|zero)\s(?:\w+\s)?(?:labels?|rows|examples|records|samples|tickets)\s(?:exist|are|so far|yet|today)"
    r"|(?<![\d.,])0\s?(?:건|개|장|명|행)\s?(?:이다|이며|이고|입니다|임\b|뿐|밖)",
    re.IGNORECASE,
)
_WHO = r"(?:we|they|i|you|there|our\s\w+|the\s\w+|somebody|someone)"
_REAL_HAD = r"(?!\s(?:to\b|\w+ed\b|been\b|seen\b|left\b|gone\b|done\b|made\b))"  # "if they had cancelled by May"
_IF = re.compile(
    rf"\b(?:if|suppose|supposing|imagine|were it that)\s(?:only\s)?{_WHO}\s(?:only\s|just\s|already\s)?"
    rf"(?:had{_REAL_HAD}|were\s(?:to|able)\b|could\s(?:get|have|obtain|collect|use|buy)\b|owned\b)"
    r"|\bif\s(?:[\w-]+\s){1,4}(?:were|existed|would\sexist)"
    r"\s?(?:available|there|given|at\shand|in\splace|known|labell?ed)?(?=[\s,.;]|$)"
    r"|\b(?:had|were)\swe\s(?:the\s|any\s|to\s|some\s|more\s|enough\s|\d)"
    r"|\bin\san\sideal\sworld\b",
    re.IGNORECASE,
)
_WERE = re.compile(r"\bif\s(?:[\w-]+\s){1,4}were$", re.IGNORECASE)  # "we asked if they were content"
_WOULD = re.compile(r"\b(?:would|could|might)\b|['’]d\b", re.IGNORECASE)
_IF_KOREAN = re.compile(
    r"있(?:었)?다면|있었으면|있으면\s?좋(?:겠|을)|생긴다면|주어진다면"
    r"|(?:확보|수집|구축|마련|보유|준비)(?:된|되었|됐|한|했|하였)?다면"
)
_FALSE = re.compile(
    r"\b(?:it|that|this)(?:\s(?:is|was|would\sbe)|['’]s)\s(?:simply\s|just\s|plainly\s|also\s)?"
    r"(?:false|untrue|wrong|incorrect|a\smyth|a\slie)\s(?:that|to\s(?:say|claim|assume|think|believe)(?:\sthat)?)\b"
    r"|\bthe\s(?:claim|rumou?r|idea|belief|notion|assumption)\sthat\b(?=[^.!?]{3,200}\s(?:is|was)\s(?:simply\s)?(?:false|untrue|wrong|a\smyth|a\slie)\b)"
    r"|\b(?:falsely|wrongly)\s(?:says?|said|claims?|claimed|assumes?|assumed|believed?)\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:we|i|they|you)\s(?:only\s|all\s)?wish(?:ed)?\s(?:that\s)?(?:we|i|they|you|there)\b"
    r"|\bit\swould\s(?:have\sbeen|be)\s(?:nice|great|good|helpful|ideal|wonderful|better)\s(?:to|if)\b",
    re.IGNORECASE,
)
# "Do we have 500 labels?", but not "Do we have labels? Yes, 500".
_ASKED = re.compile(
    r"(?:^|(?<=[.!?:;|(*_\n]))[\s*_>#-]*(?:do|does|did|is|are|was|were|have|has)\s(?:we|they|you|i|there|it|the|our|any\w*)\b"
    r"[^.!?|\n]{3,200}\?(?![*_\s]*(?:yes|we\sdo|we\shave|they\s(?:do|have)|it\s(?:does|is|has))\b)",
    re.IGNORECASE,
)
_FALSE_KOREAN = re.compile(
    r"(?:라|다)(?:는|고 하는)\s?(?:것|말|주장|이야기)(?:은|는|이)\s?(?:거짓|틀렸|틀린|사실과 다|사실무근|오해|농담)"
)
_STRUCK = re.compile(
    r"~~(?=\S)(?:[^~]|(?<!~)~(?!~)){1,2000}~~"
    r"|(?<![\w~])~(?=[^\s~\d])[^~\n]{1,300}(?<![\s(\[])~(?![\w~])"  # as on GitHub; "~5월, 운영: 6월~" are spans
    r"|<(s|del|strike|\w{1,9}\b(?=[^<>]{0,80}line-through))\b[^<>]{0,80}>[\s\S]{1,2000}?</\1\s*>",
    re.IGNORECASE,
)
# What hangs on spare time is hoped for; "if the budget is exceeded" and "the law permits" are no such thing.
_MEANS = r"(?:time|budget|money|funds|funding|resources?|capacity|schedule)"
_HOPED = re.compile(
    rf"\b{_MEANS}(?:\sand\s{_MEANS})?\s(?:permitting|allowing)\b(?=\s?[,.;:!)|]|$)"
    rf"|\b(?:if|when|as|where|should)\s(?:(?:the|our|enough)\s)?{_MEANS}(?:\sand\s{_MEANS})?\s(?:permits?|allows?)\b"
    r"(?!\s(?:no|only|for|at|the|this|up)\b)"
    r"|\bif\swe(?:\sare|['’]re)\slucky\b|\bwith\s(?:(?:some|a\sbit\sof)\s)?luck\b|\b(?:maybe|perhaps)\s(?:some|one)\sday\b"
    rf"|\bif\s(?:there\sis|we\shave|we\s(?:can\s)?find)\s(?:still\s)?(?:(?:the|any|some|enough|more)\s)?{_MEANS}"
    r"(?:\s(?:left|to\sspare|for\s(?:it|this|that)))?(?=\s?[,.;:]|$)",
    re.IGNORECASE,
)
_HOPED_KOREAN = re.compile(
    r"(?:^|(?<=[.。,;|\n])|(?<=[.,;|]\s)|(?<=(?:만약|혹시)\s)|(?<=[은는도]\s)|(?<=언젠가\s))"
    r"(?:(?:시간|여건|여유|형편|여력|예산)(?:이|가)\s?"
    r"(?:되면|된다면|허락하면|허락한다면|허락되면|나면|생기면|남으면|남는다면)|운이\s?좋으면)"
    r"(?=[^.。|\n]{0,80}(?:겠|예정|계획|것이다|것입니다|보려)|\s?[:：])"
)
# Parts of a plan that somebody may give up. Orders that were cancelled and rules that were rejected are none.
_PART = (
    r"(?:plans?|budget|fallback|pilot|monitoring|labell?ing|annotation|baseline|test\sset|a/b\stest|rollout|deployment"
    r"|milestones|roadmap|human\sreview|approval|agreement|funding|project|data\sset|labels|labelled\s\w+"
    r"|access|requests?\sfor|idea\sof|contract\swith)"
)
_OTHER = (
    r"(?:in|of|on|for|from|with|without|by|to|at|old|older|first|former|earlier|previous|original|legacy|manual|wrong"
    r"|noisy|bad|poor|unclear|doubtful|invalid|duplicate|missing|lacking|that|which)"
)
_THE = rf"(?:the|our|this|that|all)\s(?:(?!{_OTHER}\b)[\w,-]{{1,30}}\s){{0,3}}"
_TEAM = (
    r"(?:we|i|the\s(?:\w+\s)?(?:team|board|sponsor|management|company|hospital|bank|department|committee|council"
    r"|university|ministry|city|vendor))"
)
_ONLY_SOME = (
    r"(?!\s(?:of\s\w+\s)?(?:that|which|whose|where|with\s(?:low|poor|no|bad|doubtful)|below|above|if|when|whenever|until"
    r"|once|older|from)\b)"
)
_GIVEN_UP = re.compile(
    rf"(?:(?<!of\s)(?<!in\s)(?<!on\s)(?<!for\s)(?<!by\s)(?<!from\s)(?<!with\s)\b{_THE}{_PART}"
    r"|(?:^|(?<=[.!?]\s)|(?<=,\sand\s))(?:monitoring|labell?ing|annotation|retraining|human\sreview|access|deployment|funding))"
    r"(?:\s(?!(?:is|are|was|were|has|have|had|will|would|can|that|which|who|whose|where|if|when|poor|low|bad|doubtful)\b)"
    r"(?:[^\s.,;:!?|()]|[.,](?=\d)){1,30}){0,12}"
    r"\s(?:(?:fell\sthrough|never\shappened|came\sto\snothing)\b"
    r"|(?:is|are)\s(?:now\s)?(?:cancell?ed|abandoned|shelved|off\sthe\stable|out\sof\sthe\squestion)(?=\s?[.;|]|$)"
    r"|(?:was|were|(?:has|have|had)\s(?:since\s|now\s|all\s)?been|had\sto\sbe)\s(?:since\s|then\s|later\s|all\s|finally\s)?"
    r"(?:rejected|dropped|abandoned|cancell?ed|refused|deleted|scrapped|shelved|discarded|withdrawn|revoked|vetoed"
    r"|called\soff|turned\sdown|given\sup|thrown\s(?:out|away)|discontinued|terminated|lost|destroyed|taken\sdown"
    r"|wiped|erased|put\son\s(?:hold|ice)|(?:removed|struck|cut)\sfrom\sthe\s(?:plan|scope|proposal)"
    rf"|(?:cut|stopped)(?=\s?[.,;|]|\s(?:in|last)\s|$))\b{_ONLY_SOME})"
    rf"|\b{_TEAM}\s(?:(?:have\s|has\s|had\s)?(?:since\s|now\s)?(?:abandoned|dropped|cancell?ed|scrapped|shelved|gave\sup"
    r"|given\sup|withdrew|withdrawn|discarded|deleted|lost|discontinued|called\soff|rejected|refused|revoked|vetoed|turned\sdown)"
    r"|had\sto\s(?:abandon|drop|cancel|scrap|discard|delete|give\sup|withdraw))"
    rf"\s(?:on\s)?(?:{_THE}{_PART}\b{_ONLY_SOME}|the\sfollowing\s?:)"
    rf"|\b{_TEAM}\s(?:(?:have\s|has\s)?(?:stopped|ceased|gave\sup|given\sup|abandoned|discontinued)|had\sto\sstop)\s"
    r"(?:the\s|all\s)?(?:labell?ing|annotating|annotation|monitoring|collecting|recording|measuring|reviewing|retraining)\b"
    r"(?![^.;|]{0,60}\b(?:after|at|when|once|because|since|by\shand|manually)\b)"
    rf"|\b{_TEAM}\s(?:used\sto|had(?:\splanned)?|planned|wanted|intended|hoped)\s[^.;!?|]{{3,150}}?\bbut\s"
    r"(?:(?:we|they|then|have|has|had)\s){0,3}(?:stopped(?!\s\w+ing\b)|gave\s(?:it\s)?up|quit|ran\sout\sof|no\slonger\sdo(?:es)?"
    r"|lost\s(?:it|them)|(?:dropped|abandoned)\s(?:it|them|the\s(?:idea|plan)))\b"
    rf"|\b{_TEAM}\s(?:once\shad|used\sto\shave|decided\sagainst|chose\sto\sdrop)"
    rf"\s(?:(?!{_OTHER}\b)[\w,-]{{1,30}}\s){{0,2}}{_PART}\b(?![^.;|]{{0,80}}\bnow\b)",
    re.IGNORECASE,
)
_UNDER = re.compile(
    r"\b(?:if|when|whenever|whether|unless|until|once|because|since|after|where|why|how|which|who|whose|in\scase)\b"
    r"|면[\s,]|경우|때",
    re.IGNORECASE,
)
_PART_KOREAN = (
    r"(?:라벨링|라벨|예산|계획|모니터링|폴백|테스트\s?데이터|데이터셋|파일럿|a/b\s?테스트|배포|접근\s?권한|수집|재학습|베이스라인"
    r"|(?:팀|위원회)의\s승인|예산[^.。,|]{0,15}(?:신청|요청)|(?:라벨러|외주|업체)[^.。,|]{0,12}계약)"
)
_GIVEN_UP_KOREAN = re.compile(
    rf"{_PART_KOREAN}(?:\s?[\d,]+\s?[만억]?\s?(?:건|개|명|원|장))?(?:은|는|이|가|을|를|도)\s(?:(?!전에)[^\s.。,|]+\s){{0,2}}"
    r"(?:(?:취소|중단|철회|폐기|무산|보류|반려|거절|거부|삭감|백지화|회수|해지|포기|삭제|분실|부결)(?:되었|됐|했|하였)"
    r"|그만두었|그만뒀|접었|잃었|잃어버렸|없던\s일이\s(?:되었|됐))(?:다|습니다|음)(?=[\s.。!|)]|$)"
    rf"|{_PART_KOREAN}(?:\s?[\d,]+\s?[만억]?\s?(?:건|개|명|원|장))?(?:은|는|이|가)?\s(?:취소|중단|보류|무산)(?:됨|\s예정(?:이다|입니다)?)?"
    r"(?=\s?[.。|]|$)"
    r"|(?:모으|수집하|확보하|구축하)려\s?했(?:으나|지만),?\s실패했"
    r"|(?:으나|지만|다가),?\s(?:중단|포기)(?:했|하였|되었|됐)(?:다|습니다)(?=[\s.。!|)]|$)"
    r"|(?:확보|수집|구축|마련)(?:에|는|은)?\s?실패(?:했다|하였다|했습니다|함)?(?=\s?(?:[.。|)]|$))",
    re.IGNORECASE,
)
# "There is no budget of 200,000 USD", but not "There is no budget problem".
_LACK = re.compile(
    r"\b(?:there\s(?:is|are|was|were)\s(?:currently\s|still\s|now\s)?(?:no(?:\slonger)?|not\s(?:yet\s)?)"
    r"|there\s(?:is|are)n['’]t(?:\syet)?"
    r"|(?:we|they|i)\s(?:currently\s|still\s|now\s)?"
    r"(?:have\s(?:as\syet\s)?no|no\slonger\s(?:have|keep|hold|own|use)|do(?:\snot|n['’]t)\s(?:yet\s)?have))"
    r"\s?(?:(?:a|an|any|the|our)\s)?(?:(?!(?:need|more|less|fewer|way|doubt|missing)\b)[\w-]{1,30}\s){0,1}"
    r"(?:budget|fallback|labels|test\sset|baseline|monitoring)\b"
    r"(?!\s(?:problems?|missing|limits?|issues?|pressure|constraints?|overruns?|that|which|beyond|left\sto"
    r"|better|worse|above|below|higher|stronger))(?!\sfor\s[^.;|]{0,30}(?:%|\d\sof\b))"
    r"|\b(?:(?:the|our)\s)?(?:labels|model|fallback|test\sset|baseline|budget)\b[^.,;|]{0,40}?\s(?:(?:is|are)\sno\slonger\s(?:available|collected"
    r"|monitored|held|provided|funded|granted|in\splace|planned|approved|measured|retrained)|no\slonger\sexists?)\b"
    rf"|(?<!of\s)(?<!in\s)(?<!on\s)\b(?:{_THE}|an?\s){_PART}(?:\s(?!(?:is|are|was|were|has|have|that|which|who|if|when)\b)"
    r"(?:[^\s.,;:!?|()]|[.,](?=\d)){1,30}){0,8}\s(?:is|are|was|were|has|have)\s(?:not|never)\s(?:yet\s)?(?:been\s)?"
    r"(?:approved|collected|granted|available|planned|signed|labelled|in\splace)(?:\s(?:yet|so\sfar))?(?=\s?[.,;|]|$)"
    r"|\b(?:we|they)\s(?:(?:have|did|do|will)(?:\snot|\snever|n['’]t)|won['’]t|never)\s(?:yet\s)?"
    r"(?:label(?:led)?|annotated?|monitor(?:ed)?|retrain(?:ed)?)\b"
    r"(?![^.;|]{0,60}\b(?:by\shand|manual(?:ly)?|names?|personal|private|every|all|any\smore|until|unless|because|since)\b)"
    rf"|{_PART_KOREAN}(?:\s?[\d,]+\s?[만억]?\s?(?:건|개|명|원|장))?(?:은|는|이|가)\s(?:아직\s)?(?:승인|수집|확보|구축|마련)되지\s"
    r"(?:않았|못했)(?:다|습니다)"
    r"|\b(?:we|they)\sno\slonger\s(?:monitor|measure|log|record|retrain|annotate)\b(?![^.;|]{0,60}\b(?:by\shand|manual(?:ly)?)\b)",
    re.IGNORECASE,
)
_MOCKED = re.compile(
    r",?\s[–—-]{0,2}\s?(?:said\sno(?:body|[\s-]one)(?:\sever)?|just\skidding|as\sif|or\sso\swe\swish)\s?(?=[.!]|$)"
    r"|\s\((?:not|untrue|we\swish)\s?!?\)\s?(?=[.!;|]|$)"
    r"|(?:\s[–—-]{1,2}|,|\.{3}|…)\snot\s?(?=[.!]|$)"
    r"|[.!]\s(?:not!|just\skidding\b)|\?\s(?:hardly|no|nope|not\syet)\s?[.!]",
    re.IGNORECASE,
)
_MOCKING = re.compile(
    r"(?:^|(?<=[.!?]\s)|(?<=\n))(?:(?:far\sfrom\sit|yeah,?\sright|not\strue)\s?[:,!]\s|(?:wrong|false)\s?:\swe\s)",
    re.IGNORECASE,
)
# A "not" that does not look up as one: with letters that are none of its own, or with nothing between them.
_GAP = "[\u00ad\u200b-\u200f\u2060\ufeff]{0,3}"
_N, _O, _T, _E = "[nｎո]", "[oоοօｏ]", "[tтτｔ]", "[eеεｅ]"
_DISGUISED = re.compile(
    rf"(?<![^\W_])(?!(?:not?|never|none)\b)(?:{_N}{_GAP}(?:{_O}|0(?=.{{0,3}}{_T})){_GAP}(?:{_T}|{_N}{_GAP}{_E})?"
    rf"|{_N}{_GAP}{_E}{_GAP}[vѵν]{_GAP}{_E}{_GAP}[rгｒ])(?![^\W_]|[.．]?\s?\d)",
    re.IGNORECASE,
)
_COMMA = re.compile(r"[,;.!?](?=\s|$)|\sthen\s|[。|]")
_STOP = re.compile(r"[;.!?](?=\s|$)|,?\sbut\b|[。|]")
_SENTENCE = re.compile(r"[;.!?](?=\s|$)|,?\sbut\b|,\sand\b|[。|]")
# What came instead of what was given up is so: "and now 500 letters are labelled".
_INSTEAD = re.compile(
    r"[;.!?](?=\s|$)|,?\sbut\b|[。|]|,\s(?:and|so|since|then|now)\b|\s(?:and|so|hence)\s(?:now|we|it|they|the|this)\b"
    r"|\s(?:instead|since|because)\b"
)
_AND = re.compile(rf"{_COMMA.pattern}|\sand\s(?!no\b)")
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|had|will|can|do|does)\b|['’]ll\b", re.IGNORECASE)
_GIVEN_UPS = (_GIVEN_UP, _GIVEN_UP_KOREAN)
# Where what a wording says begins and ends: at these stops, or with its own words.
_STRETCHES: Mapping[re.Pattern[str], tuple[re.Pattern[str] | None, re.Pattern[str] | None, Unreal]] = {
    _STRUCK: (None, None, "struck out"),
    _WISH: (None, _STOP, "conditional"),
    _ASKED: (None, None, "a question"),
    _FALSE: (None, _STOP, "called false"),
    _IF_KOREAN: (_COMMA, None, "conditional"),
    _FALSE_KOREAN: (_COMMA, None, "called false"),
    _HOPED: (_SENTENCE, _STOP, "conditional"),
    _HOPED_KOREAN: (_SENTENCE, _STOP, "conditional"),
    _LACK: (None, _AND, "denied"),
    _DISGUISED: (_STOP, _STOP, "denied"),
    _MOCKED: (_STOP, None, "called false"),
    _MOCKING: (None, _STOP, "called false"),
    _NOUGHT: (_COMMA, _COMMA, "a count of nought"),
}
# A wording is looked for only where its words are: most text holds none of them, and RE2 tells so at once.
# `\W` takes in every space and border that Python knows.
SIGNS = {
    _IF: sign(
        r"(?:^|\W)(?:if|suppose|supposing|imagine|were\Wit\Wthat)\W(?s:.*)\W(?:had|were|could|owned|exist)"
        r"|(?:had|were)\Wwe\W|ideal\Wworld"
    ),
    _GIVEN_UP: sign(
        r"(?:was|were|been|be|is|are)\W(?:(?:since|then|later|all|finally|now)\W)?(?:rejected|dropped|abandoned|cancell?ed"
        r"|refused|deleted|scrapped|shelved|discarded|withdrawn|revoked|vetoed|called\Woff|turned\Wdown|given\Wup|thrown"
        r"|discontinued|terminated|lost|destroyed|taken\Wdown|wiped|erased|put\Won|removed|struck|cut|stopped|off\W|out\W)"
        r"|(?:abandon|abandoned|drop|dropped|cancel|cancell?ed|scrap|scrapped|shelved|up|withdrew|withdrawn|discard|discarded"
        r"|delete|deleted|lost|discontinued|off|rejected|refused|revoked|vetoed|down|withdraw)"
        r"\W(?:on\W)?(?:the|our|this|that|all)\W"
        r"|(?:stop|stopped|ceased|up|abandoned|discontinued)\W(?:the\W|all\W)?(?:label|annotat|monitor|collect|record|measur"
        r"|review|retrain)"
        r"|but\W(?:(?:we|they|then|have|has|had)\W){0,3}(?:stopped|gave|quit|ran\W|no\W|lost|dropped|abandoned)"
        r"|fell\Wthrough|never\Whappened|came\Wto\Wnothing|once\Whad|used\Wto\Whave|decided\Wagainst|chose\Wto\Wdrop"
    ),
    _GIVEN_UP_KOREAN: "취소|중단|철회|폐기|무산|보류|반려|거절|거부|삭감|삭제|백지화|회수|해지|포기|그만|접었"
    "|잃었|잃어|없던|분실|부결|실패",
    _STRUCK: sign(r"~|</(?:s|del|strike)\W|line-through"),
    _WISH: sign(r"wish|nice|great|good|helpful|ideal|wonderful|better"),
    _ASKED: sign(r"(?:do|does|did|is|are|was|were|have|has)\W(?s:.*)\?"),
    _FALSE: sign(
        r"the\W(?:claim|rumou?r|idea|belief|notion|assumption)\Wthat\W|(?:false|untrue|wrong|incorrect|myth|lie)\W(?:that|to)|(?:falsely|wrongly)\W"
    ),
    _IF_KOREAN: "다면|있으면|있었으면",
    _FALSE_KOREAN: "거짓|틀렸|틀린|사실과|사실무근|오해|농담",
    _HOPED: sign(
        r"(?:time|budget|money|funds|funding|resource|capacity|schedule)(?s:.*)\W(?:permit|allow)"
        r"|lucky|\Wluck|(?:some|one)\Wday|(?:^|\W)if\W(?:there\Wis|we)\W(?s:.*)(?:time|budget|money|fund|resource|capacity|schedule)"
    ),
    _HOPED_KOREAN: "되면|된다면|허락|나면|생기면|남으면|남는다면|좋으면",
    _LACK: sign(
        r"longer\W|n[o'’](?s:.*)(?:budget|fallback|label|test\Wset|baseline|monitor|annotat|retrain)|never\W"
        r"|\Wnot\W(?s:.*)(?:approved|collected|granted|available|planned|signed|in\Wplace)|않았|못했"
    ),
    _MOCKED: sign(r"said\Wno|kidding|as\Wif|so\Wwe\Wwish|\((?:not|untrue|we\Wwish)|[,.…!–—-]\Wnot|\?\W(?:hardly|no)"),
    _MOCKING: sign(r"far\Wfrom\Wit|yeah,?\Wright|not\Wtrue\W|(?:wrong|false)\W+we\W"),
    _DISGUISED: "[\u00ad\u200b-\u200f\u2060\ufeffｎոоοօｏтτｔеεｅѵνгｒ]|n0",
    _NOUGHT: sign(r"(?:^|\W)(?:0|zero|nought|nil)\W|(?:^|\D)0\W?[건개장명행]"),
}
LONGEST = 5_000  # characters; what is longer is no sentence, and no proof


_REACH = 600  # characters; a sentence that says more before its verb is a list


def unreal(text: str) -> Iterator[tuple[int, int, Unreal]]:
    """Where the text says what is not so, and how."""
    signs = which(SIGNS.values(), text) if len(text) <= LONGEST else []
    wordings = list(SIGNS) if signs else []
    for wording in (wordings[at] for at in sorted(signs)):
        if wording is _IF:
            yield from _wished(text)
        elif wording in _GIVEN_UPS:
            yield from _given_up(wording, text)
        else:
            yield from _stretches(wording, text)


def _wished(text: str) -> Iterator[tuple[int, int, Unreal]]:
    for match in _IF.finditer(text):
        if not _WERE.search(match[0].rstrip()):
            end, last = _until(_COMMA, text, match.end()), _until(_STOP, text, match.end())
            # What would follow from the wish is no more than one.
            yield match.start(), last if _WOULD.search(text, end, last) else end, "conditional"


def _given_up(wording: re.Pattern[str], text: str) -> Iterator[tuple[int, int, Unreal]]:
    end = 0  # what lies within a stretch makes none of its own
    for match in wording.finditer(text):
        if match.start() < end:
            continue
        start = _since(_SENTENCE, text, match.start(), end)
        if not _UNDER.search(text, start, match.start()):
            joined = text.rfind(" and ", start, match.start())
            end = _until(_INSTEAD, text, match.end())
            yield joined if _VERB.search(text, start, max(start, joined)) else start, end, "given up"


def _stretches(wording: re.Pattern[str], text: str) -> Iterator[tuple[int, int, Unreal]]:
    since, until, how = _STRETCHES[wording]
    end = 0
    for match in wording.finditer(text):
        if match.start() >= end:
            start = _since(since, text, match.start(), end) if since else match.start()
            end = _until(until, text, match.end()) if until else match.end()
            yield start, end, how


def real(text: str) -> str:
    """The text with those stretches blanked out, so that offsets stay."""
    for start, end, _ in unreal(text):
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def _until(stop: re.Pattern[str], text: str, at: int) -> int:
    found = stop.search(text, at)
    return found.start() if found else len(text)


def _since(stop: re.Pattern[str], text: str, at: int, least: int) -> int:
    low = max(least, at - _REACH)
    return max((found.end() for found in stop.finditer(text, low, at)), default=low)
