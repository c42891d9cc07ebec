"""Communities at the edge, built without a file: very many, very few, very long, very early, very wrong.

`EXTREMES` names them; each gives a raw workbook and the day to take for today. Everyone and everything is invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import cycle, islice, product
from typing import Final

from invented import (
    FIRST,
    HEADERS,
    SECOND,
    Community,
    Rows,
    Sheets,
    book,
    numeral,
    plan,
    rows,
    rules,
    sheets_of,
    thinned,
    together,
)

from toolkit.schema import load_schema
from toolkit.workbook import RawValue, Sheet, Workbook

Case = tuple[Workbook, date]

SCHEMA: Final = load_schema()
MIDTERM, HOLIDAY, SUMMER = date(2025, 11, 24), date(2026, 2, 10), date(2026, 7, 20)
TERM_NEARLY_OVER = date(2026, 1, 16)

HOSTILE: Final = (
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    '"><img src=x onerror=1>',
    "第一行\n第二行",
    "\u202e倒着写",
    "{{7*7}}",
    "{% raw %}",
    "笑😀👨‍👩‍👧脸",
    "看\u200b不\u2060见\ufeff",
    "&lt;b&gt; & </td></table>",
)

_EMPTY: Final[Sheets] = {title: [] for title in HEADERS}

_MEASURES: Final = (  # 统计, then 数据表|归属列|统计列|下限 for schools and for persons
    ("次数", "活动|承办学校||2", "教案|教师||1"),
    ("人数", "签到|人员|人员|5", "结对|甲方|乙方|3"),
    ("覆盖率", "活动|承办学校|参加学校|80%", "结对|甲方+乙方|乙方学校|50%"),
    ("占比", "签到|人员|意见建议|60%", "签到|人员|意见建议|50%"),
    ("最少天数", "交流|派出学校||30", "交流|人员||20"),
    ("合计", "借用|借出学校|数量|20", None),
    ("均分差", "成绩|学校|平均分|0", None),
)


def two_schools() -> Case:
    """The smallest community: two schools, three rules."""
    small = Community(2, MIDTERM)
    return book(small.setting(), plan("2.3", "4.3", "5.2"), small.term()), MIDTERM


def thirty_schools() -> Case:
    """Thirty schools under the fullest plan, a good half of it done."""
    large = Community(30, MIDTERM, key_teachers=2)
    return book(large.setting(), plan(), thinned(large.term(), 0.6)), MIDTERM


def eighty_rules() -> Case:
    """Nine sections, every kind of obligor with every measure that it can have."""
    community = Community(8, MIDTERM, key_teachers=3)
    kinds = ("共同体", "领衔学校", "成员学校", "每所学校", "教师", "骨干教师")
    combinations = [
        (kind, measure, counted)
        for (measure, *choices), kind in product(_MEASURES, kinds)
        if (counted := choices[kind.endswith("教师")])
    ]
    written = []
    for place, (kind, measure, counted) in enumerate(islice(cycle(combinations), 80)):
        section, number = divmod(place, 9)
        source, tie, column, minimum = counted.split("|")
        period = ("学期", "学年", "自然年", "全程")[(place + place // 4) % 4]
        name = f"{section + 1}.{number + 1}|{kind}{measure}第{numeral(place + 1)}条|第{numeral(section + 1)}节"
        highest = 6 if measure == "次数" and section % 3 == 0 else ""
        written.append(f"{name}|{kind}|{period}|{source}|{tie}||{measure}|{column}|{minimum}|{highest}|{place % 3 + 1}")
    waiver = {"豁免": rows(["1.3|示例二小||校舍在修|主席团"])}
    return book(community.setting(), rules(*written), thinned(community.term(), 0.7), waiver), MIDTERM


def long_names() -> Case:
    """Names as long as they come."""
    community = Community(3, MIDTERM)
    school, person = "示例市示例区" + "很长很长的" * 6 + "实验小学", "古丽" + "阿依木" * 9 + "汗"
    extra = {
        "学校": rows([f"{school}||成员学校|||"]),
        "人员": rows([f"|{person}|{school}|教师|骨干教师|"]),
        "活动": rows(
            [f"长1|联席会议|{'长' * 200}|2025-10-08|{school}|{school}|已举行|{'纪要' * 60}|{person}|{'注' * 300}"]
        ),
        "签到": rows([f"长1|{person}|参加|{'见' * 250}"]),
        "教案": rows([f"{person}|语文|{'课' * 120}|2025-10-09"]),
        "工作计划": rows([f"工作任务|{'事' * 150}|{school}|2025-11-01|进行中|{'标' * 150}|{person}"]),
    }
    long_rule = rules(f"9.9|{'名' * 40}||每所学校|学期|活动|承办学校|类别=联席会议|次数||2")
    return book(community.setting(), plan(), long_rule, community.term(), extra), MIDTERM


def nothing_entered() -> Case:
    """All is set up and nobody has typed anything."""
    return book(Community(5, MIDTERM).setting(), plan(), _EMPTY), MIDTERM


def no_rules() -> Case:
    """Entries, and no 指标."""
    community = Community(5, MIDTERM)
    return book(community.setting(), community.term()), MIDTERM


def everything_missed() -> Case:
    """The term is over, and what was planned was never held."""
    plans = Community(6, date(2025, 8, 31)).term()
    never_held = {title: plans[title] for title in ("活动", "工作计划")}
    return book(Community(6, HOLIDAY).setting(), plan(), never_held, _EMPTY), HOLIDAY


def everything_met() -> Case:
    """Every rule of the plan is met."""
    community = Community(6, TERM_NEARLY_OVER, key_teachers=2)
    return book(community.setting(), plan(), community.term()), TERM_NEARLY_OVER


def first_day() -> Case:
    """The first day of the first term: all lies ahead."""
    community = Community(6, FIRST[1])
    return book(community.setting(), plan(), community.term()), FIRST[1]


def holidays() -> Case:
    """Between the terms, with part of the first done and part of the second planned."""
    return _both_terms(HOLIDAY, 0.6)


def summer() -> Case:
    """After both terms."""
    return _both_terms(SUMMER, 0.8)


def _both_terms(as_of: date, share: float) -> Case:
    community = Community(6, as_of)
    entries = together(thinned(community.term(FIRST), share), thinned(community.term(SECOND), share))
    return book(community.setting(), plan(), entries), as_of


def before_calendar() -> Case:
    """Before any term begins."""
    early = date(2025, 8, 20)
    community = Community(4, early)
    return book(community.setting(), plan(), community.term()), early


def all_wrong() -> Case:
    """Every entry has a fault; 交流 lacks a column it needs, 教案 stands under a misspelt tab."""
    community = Community(6, MIDTERM)
    faulty = {title: list(_spoilt(title, content)) for title, content in community.term().items()}
    people = {"人员": rows(["||示例九十九小|门卫|名人|也许", "T01001|重号|一小|教师||"])}
    unreadable = rules(
        "1.1|重号|||全体|每天|食堂||多少||很多", "9.9|看不懂||每所学校|学期|活动|主题|颜色=红|合计|主题|50%"
    )
    sheets = sheets_of(book(community.setting(), people, plan(), unreadable, faulty))
    del sheets["教案"]
    gap = sheets["交流"][0].index("接收学校")
    sheets["交流"] = [row[:gap] + row[gap + 1 :] for row in sheets["交流"]]
    return Workbook(tuple(Sheet(*sheet) for sheet in sheets.items()), ("教按",), "全错.xlsx"), MIDTERM


def _spoilt(title: str, content: Rows) -> Iterator[list[RawValue]]:
    """Each row with one of the cells it must have blank or unreadable, another one each time."""
    header = HEADERS[title].split()
    required = [field for field in SCHEMA.by_title(title).fields if field.required]
    for row, field in zip(content, cycle(required), strict=False):
        place = header.index(field.name)
        yield [*row[:place], "" if field.kind == "text" else "下周三", *row[place + 1 :]]


def hostile() -> Case:
    """Names, topics and notes that would be code, or would upset a page, a formula or a template."""
    community = Community(len(HOSTILE), MIDTERM)
    setting, shorts = community.setting(), [name[2:] for name in community.schools]
    parts = []
    for n, (text, school, other) in enumerate(zip(HOSTILE, shorts, [*shorts[1:], shorts[0]], strict=True)):
        setting["学校"][n][0] = text
        day = f"2025-10-{n + 10}"
        part = {
            "人员": f"危{n}|{text}|{school}|教师|骨干教师|",
            "活动": f"危{text}|联席会议|{text}|{day}|{school}|{other}|已举行|{text}|{text}|{text}",
            "签到": f"危{text}|危{n}|参加|{text}",
            "资源": f"危{n}|{text}|图书|{school}|9|{text}",
            "借用": f"危{n}|{school}|{other}|1|{text}|{day}|2025-11-01|||{text}",
            "课题": f"{text}|区级|{school}|{other}|{day}||在研|{text}",
            "工作计划": f"工作任务|{text}|{school}|{day}|进行中|{text}|{text}",
            "教案": f"危{n}|{text}|{text}|{day}",
            "指标": f"9.{n}|{text}|{text}|每所学校|学期|活动|承办学校||次数||1||",
            "收件人": f"{text}|reader{n}@example.com|校长|{school}",
        }
        parts.append({title: rows([row]) for title, row in part.items()})
    plain = together({"人员": setting.pop("人员")}, community.term())
    by_short_name = {
        title: rows("|".join(row).replace("示例", "") for row in content) for title, content in plain.items()
    }
    return book(setting, plan(), by_short_name, *parts), MIDTERM


def one_big_school() -> Case:
    """Three hundred teachers in one school, nine in ten of them behind."""
    community = Community(2, TERM_NEARLY_OVER, teachers=150)
    setting, entries = community.setting(), community.term()
    for row in setting["人员"]:
        row[2] = "示例一小"
    few = {"活动": entries["活动"], "签到": entries["签到"][::10], "教案": entries["教案"][::10]}
    return book(setting, plan("2.3", "4.2b", "4.3"), few), TERM_NEARLY_OVER


def loans() -> Case:
    """Sixty loans overdue at five borrowers, six due within days, six back."""
    community = Community(6, MIDTERM)
    stock = [f"R{n}|器材{numeral(n + 1)}|器材|示例一小|50|" for n in range(12)]
    lent = []
    for n, borrower in enumerate(islice(cycle(community.schools[1:]), 72)):
        due = MIDTERM + timedelta(days=n - 59 if n >= 60 else -n - 1)
        back = "2025-11-20|完好" if n >= 66 else "|"
        lent.append(f"R{n % 12}|一小|{borrower}|{n % 3 + 1}||2025-09-02|{due}|{back}|")
    return book(community.setting(), plan("1.1", "1.2"), {"资源": rows(stock), "借用": rows(lent)}), MIDTERM


def exams() -> Case:
    """Six examinations in three subjects over both terms; in each some schools are missing."""
    community = Community(8, date(2026, 6, 26))
    days = ("2025-09-28", "2025-11-12", "2026-01-14", "2026-03-27", "2026-04-29", "2026-06-24")
    marks = []
    for (n, day), (s, subject) in product(enumerate(days), enumerate(("语文", "数学", "英语"))):
        exam = f"第{numeral(n + 1)}次检测|{day}"
        marks.append(f"{exam}|全市|六年级|{subject}||{78 + s}")
        for place, school in enumerate(community.schools):
            if (place + n + s) % 5:
                mean = 72 + (place * 7 + n * 3 + s * 5) % 16
                marks.append(f"{exam}|{school}|六年级|{subject}|{35 + place}|{mean}")
    each = rules(
        "6.3|本校均分||每所学校|学期|成绩|学校||均分差|平均分|0",
        "6.4|全年均分||每所学校|学年|成绩|学校||均分差|平均分|-3",
    )
    return book(community.setting(), plan("6.2"), each, {"成绩": rows(marks)}), community.as_of


def leavers() -> Case:
    """Schools that come and go in mid-period, before and after it; people no longer there."""
    community = Community(8, MIDTERM)
    setting = community.setting()
    spans = {3: "2025-10-15|", 4: "|2025-11-01", 5: "|2025-06-30", 6: "2026-03-01|", 7: "2026-09-01|"}
    for place, span in spans.items():
        setting["学校"][place][4:] = span.split("|")
    for row in setting["人员"][::5]:
        row[5] = "否"
    return book(setting, plan(), thinned(community.term(), 0.8)), MIDTERM


EXTREMES: Final[Mapping[str, Callable[[], Case]]] = {
    case.__name__: case
    for case in (
        *(two_schools, thirty_schools, eighty_rules, long_names, nothing_entered, no_rules, everything_missed),
        *(everything_met, first_day, holidays, summer, before_calendar, all_wrong, hostile, one_big_school),
        *(loans, exams, leavers),
    )
}
