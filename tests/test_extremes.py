"""Communities at the edge are assessed like any other."""

from collections import Counter

import pytest
from extremes import EXTREMES, HOLIDAY, HOSTILE, SCHEMA
from invented import FIRST, SECOND

from toolkit.assess import assess

ENTRIES = ("活动", "签到", "资源", "借用", "交流", "结对", "课题", "成绩", "工作计划")


def statuses(result, period="term"):
    return {standing.status for standing in result.standings if standing.counts and standing.rule.period == period}


def obligors(result, kind, period="term"):
    rules = {standing.rule.number: standing.rule for standing in result.standings}
    rule = next(rule for rule in rules.values() if (rule.obligor, rule.period) == (kind, period))
    return [standing.obligor.label for standing in result.standings if standing.rule is rule]


def size(result, sheet):
    return len(result.ground.tables[SCHEMA.by_title(sheet).key].frame)


def two_schools(result):
    assert (size(result, "学校"), len(result.rules)) == (2, 3)


def thirty_schools(result):
    assert (size(result, "学校"), len(result.rules)) == (30, 27)
    assert {"met", "pending", "at_risk"} <= statuses(result, "year") | statuses(result)


def eighty_rules(result):
    assert len(result.rules) == 80
    assert {rule.number[0] for rule in result.rules} == set("123456789")
    for column in ("obligor", "measure", "period"):
        words = SCHEMA.sheets["quotas"].by_key[column].codes
        assert {getattr(rule, column) for rule in result.rules} == set(words.values())
    assert {"waived", "exceeded", "no_data", "met"} <= {standing.status for standing in result.standings}


def long_names(result):
    assert max(len(standing.obligor.label) for standing in result.standings) == 30 + 1 + 40
    assert max(len(standing.obligor.school_label or "") for standing in result.standings) == 40
    assert max(len(rule.name) for rule in result.rules) == 40


def nothing_entered(result):
    assert result.problems == ()
    assert result.standings
    assert not any(standing.done or standing.planned or len(standing.rows) for standing in result.standings)


def no_rules(result):
    assert (result.rules, result.standings) == ((), ())


def everything_missed(result):
    assert statuses(result) == {"missed"}
    assert "met" not in statuses(result, "year")


def everything_met(result):
    assert Counter(standing.status for standing in result.standings) == {"met": 108}


def first_day(result):
    assert {standing.period.label for standing in result.standings} == {FIRST[0], "2025学年"}
    assert statuses(result) <= {"on_track", "pending", "met"}


def holidays(result):
    assert {standing.period.label for standing in result.standings} == {FIRST[0], "2025学年"}
    assert {"met", "missed"} == statuses(result)
    assert result.as_of == HOLIDAY


def summer(result):
    assert {standing.period.label for standing in result.standings} == {SECOND[0], "2025学年"}
    assert {"met", "missed"} == statuses(result) | statuses(result, "year")


def before_calendar(result):
    assert result.standings == ()
    assert {problem.rule for problem in result.problems} == {"terms.none_begun"}


def all_wrong(result):
    ground = result.ground
    for title in ENTRIES:
        key = SCHEMA.by_title(title).key
        assert size(result, title)
        assert not ground.sound(key).any()
    assert ground.tables["lesson_plans"].header is None
    assert {"column.missing", "sheet.needed"} <= {problem.rule for problem in result.problems}
    assert not any(standing.done or standing.planned or len(standing.rows) for standing in result.standings)


def hostile(result):
    shown = {standing.obligor.school_label for standing in result.standings}
    assert {text for text in HOSTILE if text.isascii()} <= shown
    assert len(shown - {None}) == len(HOSTILE)
    assert {standing.status for standing in result.standings if standing.rule.number.startswith("9.")} == {"met"}


def one_big_school(result):
    teachers = [standing for standing in result.standings if standing.rule.obligor == "teacher"]
    assert {standing.obligor.school_label for standing in teachers} == {"示例一小"}
    assert Counter(standing.status for standing in teachers) == {"met": 60, "at_risk": 540}


def loans(result):
    frame = result.ground.tables["loans"].frame
    out = frame[frame["returned_on"].isna()]
    assert (len(out), len(frame)) == (66, 72)
    assert (out["due_on"] < result.ground.today).sum() == 60


def exams(result):
    frame = result.ground.tables["scores"].frame
    assert frame["exam"].nunique() == 6
    assert frame["subject"].nunique() == 3
    groups = frame.groupby(["exam", "subject"], observed=True).size()
    assert groups.max() < 1 + size(result, "学校")
    assert not any(standing.status == "no_data" for standing in result.standings)


def leavers(result):
    term, year = obligors(result, "member_school"), obligors(result, "member_school", "year")
    assert set(year) - set(term) == {"示例七小"}
    assert "示例四小" in term
    assert "示例五小" in term
    assert not {"示例六小", "示例八小"} & {*term, *year}
    assert len(obligors(result, "teacher")) < 3 * 5 + 3


FACTS = (
    *(two_schools, thirty_schools, eighty_rules, long_names, nothing_entered, no_rules, everything_missed),
    *(everything_met, first_day, holidays, summer, before_calendar, all_wrong, hostile, one_big_school),
    *(loans, exams, leavers),
)


def test_every_extreme_has_its_facts():
    assert [facts.__name__ for facts in FACTS] == list(EXTREMES)


@pytest.mark.parametrize("facts", FACTS, ids=lambda facts: facts.__name__)
def test_extreme(facts):
    workbook, as_of = EXTREMES[facts.__name__]()
    result = assess(workbook, SCHEMA, as_of)
    assert any(problem.severity == "error" for problem in result.problems) == (facts is all_wrong)
    facts(result)
