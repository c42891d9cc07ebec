"""The rules of the house, kept by tests where no tool keeps them."""

import ast
import re
import subprocess
import sys

import frictionless
import pytest
import yaml

from toolkit.declarations import FOLDER
from toolkit.plans import load_plan, plan_names
from toolkit.schema import load_schema

ROOT = FOLDER.parent
SCHEMA = load_schema()
CHINESE = re.compile("[\u4e00-\u9fff]")

GRAMMAR = {"dates.py"}
"""Modules whose Chinese is the grammar of what is read, not words for staff."""


def sheet_files():
    documents = ((path, yaml.safe_load(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.yaml")))
    return [path for path, document in documents if "fields" in document]


SHEETS = """
学校 人员 结对 交流 资源 借用 活动 签到 课题 教案 成绩 评分 工作计划 学期 指标 收件人 豁免
"""


def test_there_is_a_file_for_each_of_the_seventeen_sheets():
    assert [sheet.title for sheet in SCHEMA.sheets.values()] == SHEETS.split()
    assert len(sheet_files()) == 17


@pytest.mark.parametrize("path", sheet_files(), ids=lambda path: path.stem)
def test_another_table_schema_tool_takes_each_sheet(path):
    descriptor = yaml.safe_load(path.read_text("utf-8"))
    schema = frictionless.Schema.from_descriptor(descriptor)
    assert schema.field_names == [field["name"] for field in descriptor["fields"]]
    assert frictionless.Schema.metadata_validate(descriptor) is not None
    assert list(frictionless.Schema.metadata_validate(descriptor)) == []


@pytest.mark.parametrize("path", sheet_files(), ids=lambda path: path.stem)
def test_our_additions_stand_under_one_key(path):
    standard = {
        "name",
        "type",
        "format",
        "description",
        "example",
        "constraints",
        "trueValues",
        "falseValues",
        "bareNumber",
    }
    for field in yaml.safe_load(path.read_text("utf-8"))["fields"]:
        assert set(field) <= standard | {"consortium"}


def test_references_name_sheets_that_stand_before():
    seen = set()
    for sheet in SCHEMA.sheets.values():
        seen.add(sheet.key)
        assert {field.refers for field in sheet.fields if field.refers} <= seen


@pytest.mark.parametrize("path", sorted((ROOT / "toolkit").rglob("*.py")), ids=lambda path: path.name)
def test_no_staff_facing_word_stands_in_python(path):
    if path.name in GRAMMAR:
        return
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value)
    ]
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) in docstrings]
    assert [text for text in found if text not in texts] == []


def test_modules_stay_short():
    lengths = {path.name: path.read_text("utf-8").count("\n") for path in (ROOT / "toolkit").rglob("*.py")}
    assert {name: length for name, length in lengths.items() if length > 320} == {}


@pytest.mark.parametrize("name", plan_names())
def test_a_plan_names_only_sheets_and_sections_that_are_there(name):
    plan = load_plan(name)
    assert set(plan.needs) <= {sheet.title for sheet in SCHEMA.sheets.values()}
    assert {str(row["指标编号"]).split(".")[0] for row in plan.quotas} <= set(plan.sections)
    assert all(set(row) <= {*SCHEMA.sheets["quotas"].by_name, "assumed"} for row in plan.quotas)


def test_the_nine_plans_are_there():
    assert {f"S{number}" for number in range(1, 10)} <= set(plan_names())


def test_the_reference_is_up_to_date():
    code = "from docs.make_reference import *; print(reference(load_schema()), end='')"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert (ROOT / "docs" / "sheets.md").read_text("utf-8") == made.stdout


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_every_command_is_in_the_readme(readme):
    text = (ROOT / readme).read_text("utf-8")
    for command in (
        "demo",
        "init",
        "check",
        "quotas",
        "explain",
        "dashboard",
        "weekly",
        "preview",
        "report",
        "run",
        "serve",
        "jobs",
        "service",
        "backup",
        "restore",
    ):
        assert f"`{command}" in text


def test_the_lock_files_name_no_registry():
    for path in ROOT.glob("requirements*.lock"):
        assert "://" not in path.read_text("utf-8")
