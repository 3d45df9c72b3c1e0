"""The lessons have the form that they promise, and say in Chinese what they compute."""

import ast
import importlib
import io
import os
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
sys.path.insert(0, str(DOCS))
notebooks = importlib.import_module("extensions.notebooks")
sys.path.remove(str(DOCS))
LESSONS = sorted(DOCS.glob("lessons/[0-9]*.py"))
CHINESE = sorted(DOCS.glob("lessons_zh/[0-9]*.py"))
OBJECTIVES = {"lessons": "**After this lesson** you can\n", "lessons_zh": "**学完本课"}
MOST_LINES = 10  # of code after a formula

name_of_file = pytest.mark.parametrize(
    "path", LESSONS + CHINESE, ids=lambda path: path.stem
)


def cells(source):
    """Return the cells of a script, each as its prose and its code."""
    found = []
    for cell in re.split(r"^# %%\n", source, flags=re.MULTILINE):
        prose, code = re.match(r"((?:#[^\n]*\n)*)(.*)", cell, re.DOTALL).groups()
        found.append((re.sub(r"^# ?", "", prose, flags=re.MULTILINE), code))
    return found


def is_check(statement):
    """Return whether a statement compares, as an assertion or one of NumPy's."""
    called = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(statement, ast.Assert) or (
        isinstance(called, ast.Call)
        and ast.unparse(called.func).startswith("np.testing.assert_")
    )


def is_print(statement):
    return isinstance(statement, ast.Expr) and ast.unparse(statement).startswith(
        "print("
    )


def checks(code):
    return [node for node in ast.walk(ast.parse(code)) if is_check(node)]


def prints(code):
    return [node for node in ast.walk(ast.parse(code)) if is_print(node)]


def length(code):
    """Return the lines of code, without those that check and print."""
    lines = set()
    for statement in ast.parse(code).body:
        inside = list(ast.walk(statement))
        if not is_print(statement) and not any(map(is_check, inside)):
            lines |= set(range(statement.lineno, statement.end_lineno + 1))
    texts = code.splitlines()
    return sum(bool(texts[n - 1].strip()) for n in lines)


def without_comments(source):
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    kinds = (tokenize.COMMENT, tokenize.NL)
    return [token.string for token in tokens if token.type not in kinds]


def test_there_are_twelve_lessons_and_three_in_chinese():
    assert [int(path.stem[:2]) for path in LESSONS] == list(range(1, 13))
    assert [path.stem for path in CHINESE] == [f"{p.stem}_zh" for p in LESSONS[:3]]


@name_of_file
def test_a_lesson_begins_with_its_title_and_what_it_teaches(path):
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    title, line, *_ = docstring.splitlines()
    assert title.startswith(f"{int(path.stem[:2])}. ")
    assert set(line) == {"="}
    assert len(line) >= len(title)
    _, objectives = docstring.split(OBJECTIVES[path.parent.name])
    assert len(re.findall(r"^- ", objectives.split("\n\n**")[0], re.MULTILINE)) >= 3


@name_of_file
def test_a_few_lines_and_a_check_follow_every_formula(path):
    following = cells(path.read_text())
    places = [k for k, (prose, _) in enumerate(following) if ".. math::" in prose]
    assert places
    for place, end in zip(places, [*places[1:], len(following)], strict=True):
        prose, code = following[place]
        assert prose.count(".. math::") == 1, prose
        assert code.strip(), prose
        assert length(code) <= MOST_LINES, code
        before_the_next = "\n".join(code for _, code in following[place:end])
        assert checks(before_the_next), prose
        assert prints(before_the_next), prose


@name_of_file
def test_a_page_shows_no_value_but_what_is_named(path):
    for _, code in cells(path.read_text())[1:]:
        *_, last = ast.parse(code).body or [None]
        shown = isinstance(last, ast.Expr) and not (is_check(last) or is_print(last))
        assert not shown or isinstance(last.value, ast.Name), code


@pytest.mark.parametrize("path", CHINESE, ids=lambda path: path.stem)
def test_both_languages_have_the_same_code(path):
    english = cells((DOCS / "lessons" / f"{path.stem[:-3]}.py").read_text())[1:]
    chinese = cells(path.read_text())[1:]
    assert len(chinese) == len(english)
    for (_, there), (prose, here) in zip(english, chinese, strict=True):
        assert without_comments(here) == without_comments(there)
        assert re.search(r"[\u4e00-\u9fff]", prose)


@pytest.mark.parametrize("path", CHINESE, ids=lambda path: path.stem)
def test_both_languages_have_the_same_formulas(path):
    english = (DOCS / "lessons" / f"{path.stem[:-3]}.py").read_text()
    formulas = [
        [prose.count(".. math::") for prose, _ in cells(text)]
        for text in (english, path.read_text())
    ]
    assert formulas[0] == formulas[1]


def test_a_table_in_a_notebook_has_bars():
    table = "===  ====\nt    sum\n===  ====\n1 a\n2    *6*\n===  ====\n"
    bars = "| t | sum |\n| --- | --- |\n| 1 a |  |\n| 2 | *6* |\n"
    assert notebooks.with_markdown_tables(f"A.\n\n{table}") == f"A.\n\n{bars}"


@name_of_file
def test_no_table_of_a_lesson_is_left_in_a_notebook(path):
    for prose, _ in cells(path.read_text()):
        found = notebooks.with_markdown_tables(prose)
        assert not re.search("^=+ +=", found, re.MULTILINE), prose
        for table in re.findall(r"(?:^\| .* \|\n)+", found, re.MULTILINE):
            assert len({line.count(" | ") for line in table.splitlines()}) == 1, table


@pytest.mark.slow
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_runs_and_all_its_checks_hold(path):
    environment = os.environ | {"MPLBACKEND": "agg"}
    subprocess.run([sys.executable, path], check=True, env=environment, timeout=300)
