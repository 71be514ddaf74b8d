"""The other bundled rubrics on Korean documents: what is said is found, and what is left out is missed."""

import pytest

from reviewer.domain import Review
from reviewer.pipeline import load_rubric, review

# criterion -> the sentence that says it; what one sentence says of two criteria stands under the first.
DESIGN = {
    "problem_framing": "매장별 과거 판매량을 입력으로 다음 날 수요를 예측하고, 점장은 그 값을 보고 발주량을 정합니다.",
    "goals": "두 분기 안에 폐기율을 납품량의 9%에서 6%로 줄이는 것이 목표입니다.",
    "anti_goals": "가격 결정은 다루지 않습니다.",
    "offline_metric": "작은 매장에서 MAPE가 지나치게 커지기 때문에 WAPE를 지표로 사용합니다.",
    "loss": "학습은 분위수 손실을 최소화합니다.",
    "data_sources": "판매 데이터는 매장 POS에서 수집되어 Kornhaus 웨어하우스에 저장됩니다.",
    "labelling": "정답 라벨은 마감 전에 팔린 수량이며 계산대에서 자동으로 기록됩니다.",
    "data_quality": "결측과 중복은 적재할 때 점검하고, 실패하면 적재를 중단합니다.",
    "validation_scheme": "테스트 데이터는 최근 8주이고, 시간 순으로 나누어 학습이 언제나 앞섭니다.",
    "leakage": "실측 기온은 데이터 누수이므로 예보 값만 씁니다.",
    "baseline": "지난주 같은 요일을 쓰는 베이스라인은 하루에 12개를 틀립니다.",
    "features": "피처는 판매 이력과 공휴일을 집계해 생성합니다.",
    "error_analysis": "오차가 가장 큰 매장 20곳을 매주 살펴보고 원인을 적어 둡니다.",
    "training_pipeline": "모델은 Airflow로 매주 재학습합니다.",
    "serving_pipeline": "배치 작업이 매일 밤 예측을 저장합니다.",
    "latency_budget": "처리 시간은 40분 이내입니다.",
    "integration": "발주 시스템과는 테이블로 연동합니다.",
    "experiment_design": "매장 40곳의 절반에서 6주 동안 A/B 실험을 합니다.",
    "monitoring": "드리프트와 주간 오차를 대시보드로 모니터링하고, 0.4를 넘으면 알림을 보냅니다.",
    "ownership": "서비스는 수요예측팀이 담당합니다.",
    "runbook": "장애가 나면 로그를 확인하고 담당 팀에 연락합니다.",
    "fallback": "작업이 실패하면 지난주 판매량으로 대체합니다.",
    "risks": "진열대가 비는 위험은 높은 분위수로 완화합니다.",
}
COURSE = {
    "domain_background": "FAO 보고서에 따르면 식물병으로 해마다 수확량의 5분의 1이 사라집니다.",
    "personal_motivation": "농장에서 일한 경험이 이 주제를 고르게 된 계기입니다.",
    "problem_statement": "잎 사진을 입력으로 받아 12가지 병 가운데 무엇인지 예측합니다.",
    "data_source": "데이터는 Kaggle에 공개된 이미지 7,400장입니다.",
    "solution_statement": "이미지가 적으므로 ResNet50에 전이 학습을 적용합니다.",
    "benchmark_model": "벤치마크는 색 히스토그램에 대한 로지스틱 회귀이며 정확도는 0.61입니다.",
    "evaluation_metrics": "클래스가 불균형하기 때문에 매크로 F1을 평가 지표로 사용합니다.",
    "project_design": "먼저 데이터를 정제하고, 다음으로 모델을 학습하고 튜닝하며, 마지막으로 평가합니다.",
    "validation": "테스트 데이터로는 마지막 해에 찍은 사진을 씁니다.",
}
DOCUMENTS = {"ml-system-design": DESIGN, "course-proposal": COURSE}
SPOKEN = [(rubric, criterion) for rubric, said in DOCUMENTS.items() for criterion in said]


def read(rubric: str, without: str = "") -> Review:
    said = [sentence for criterion, sentence in DOCUMENTS[rubric].items() if criterion != without]
    return review("# 계획\n\n" + "\n\n".join(said) + "\n", rubric=rubric, force=True)


def values(done: Review) -> dict[str, str | tuple[str, ...]]:
    return {fact.criterion: fact.value for fact in done.facts}


@pytest.mark.parametrize("rubric", DOCUMENTS)
def test_what_is_said_is_worth_all_its_points(rubric: str) -> None:
    done = read(rubric)
    assert done.scorecard is not None
    assert {axis: score.point for axis, score in done.scorecard.axes.items()} == dict.fromkeys(done.scorecard.axes, 100)
    assert done.scorecard.rules == ()


@pytest.mark.parametrize(("rubric", "criterion"), SPOKEN)
def test_what_is_left_out_is_missed(rubric: str, criterion: str) -> None:
    unknown = load_rubric(rubric).by_id[criterion].unknown
    assert values(read(rubric, criterion))[criterion] == unknown
