"""Docstrings as pages: plain text in, reStructuredText out, equations typeset.

A docstring is prose, with equations in indented blocks or within a sentence, names
between backticks and lists; then sections such as `Args:`.
"""

import re
import textwrap
import unicodedata

from extensions.equations import block, is_math, latex

HEADINGS = {
    "Args": "Arguments",
    "Call arguments": "Arguments of the call",
    "Attributes": "Attributes",
    "Returns": "Returns",
    "Yields": "Yields",
    "Raises": "Raises",
}
ENTRIES = ("Args", "Call arguments", "Attributes", "Raises")
SECTION = re.compile(rf"({'|'.join(HEADINGS)}):$|(Example|Reference):(?:\s+(.*))?$")
# Within a sentence: an index, a Greek letter or a sign of mathematics makes an
# expression, which takes in the letters, numbers and signs around it.
STRONG = re.compile(
    r"[A-Za-zα-ω][\u0302\u0303]?'*_(\{[^}]*\}|[A-Za-z0-9]{1,2}(?![A-Za-z0-9]))"
    r"|[A-Za-z]\^[A-Za-z{]|[α-ωΔΛΘ⊙‖∂Σ∈]|^\W*[A-Za-z]'+\W*$"
)
SIGN = re.compile(r"[=+−\-/⊙·×<>≤≥∈~←|…]$")
WEAK = re.compile(r"\W*([A-Za-z]|[0-9.]+|log|min|max|[A-Za-z]+\([^)]*\)?)\W*$")
ENDS = ",.;:"
PAIRS = ("()", "[]", "{}")


def to_rst(text: str, link: dict[str, str]) -> str:
    """Return a docstring, without its indent, as reStructuredText.

    Args:
        text: the docstring.
        link: names that may stand between backticks, and what each is a link to.
    """
    parts: list[tuple[str, list[str]]] = [("", [])]
    for line in text.splitlines():
        start = SECTION.match(line)
        if start:
            parts.append((start[1] or start[2], [start[3]] if start[3] else []))
        elif line[:1].strip() and parts[-1][0] in HEADINGS:
            parts.append(("", [line]))
        else:
            parts[-1][1].append(line)
    symbols = _symbols(text)
    return "\n\n".join(_section(*part, symbols, link) for part in parts) + "\n"


def _symbols(text: str) -> set[str]:
    """Return the letters that stand for something in the equations of a text."""
    blocks = re.findall(r"^    .*$", text.partition("\nArgs:")[0], re.MULTILINE)
    of_math = " ".join(b for b in blocks if is_math([b.strip()]))
    return set(re.findall(r"(?<![A-Za-z_^{])([A-Za-z])(?![A-Za-z])", of_math)) - {"a"}


def _section(title: str, lines: list[str], symbols: set, link: dict) -> str:
    body = textwrap.dedent("\n".join(lines)).strip("\n")
    if title == "Reference":
        return f"**Reference.** {_with_papers(_escaped(_one_line(body)))}"
    if title == "Example":
        body = body[:1].upper() + body[1:]
        return ".. rubric:: Example\n\n" + _prose(body, symbols, link)
    if not title:
        return _prose(body, symbols, link)
    heading = f".. rubric:: {HEADINGS[title]}\n\n"
    if title not in ENTRIES:
        return heading + _prose(body, symbols, link)
    entries = []
    for entry in re.split(r"\n(?=\S)", body):
        name, _, described = entry.partition(": ")
        described = _sentence(_one_line(described), symbols, link)
        entries.append(f"``{name}``\n    {described}")
    return heading + "\n\n".join(entries)


def _prose(text: str, symbols: set, link: dict) -> str:
    """Return paragraphs, lists, equations, examples and other blocks."""
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = paragraph.splitlines()
        if not paragraph.strip():
            continue
        if lines[0].lstrip().startswith(">>>"):
            found.append(_literal("pycon", lines))
        elif any(line.startswith(">>>") for line in lines):
            first = next(k for k, line in enumerate(lines) if line.startswith(">>>"))
            found.append(_sentence(_one_line("\n".join(lines[:first])), symbols, link))
            found.append(_literal("pycon", lines[first:]))
        elif all(line.startswith("    ") for line in lines):
            found.append(_indented([line[4:] for line in lines]))
        elif lines[0].startswith("- "):
            items = re.split(r"\n(?=- )", paragraph)
            texts = [_sentence(_one_line(item[2:]), symbols, link) for item in items]
            found.append("\n".join(f"- {item}" for item in texts))
        else:
            found.append(_sentence(_one_line("\n".join(lines)), symbols, link))
    return "\n\n".join(found)


def _indented(lines: list[str]) -> str:
    if is_math([line for line in lines if line.strip()]):
        return ".. math::\n\n" + textwrap.indent("\n".join(block(lines)), "    ")
    return _literal("text", lines)


def _literal(language: str, lines: list[str]) -> str:
    body = textwrap.indent(textwrap.dedent("\n".join(lines)), "    ")
    return f".. code-block:: {language}\n\n{body}"


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _sentence(text: str, symbols: set, link: dict) -> str:
    """Return a text in one line: its names as code or links, its symbols as math."""
    found = ""
    for k, part in enumerate(re.split(r"(``?)([^`]+)\1", text)):
        place = k % 3
        if place == 0:
            found += _with_math(part, symbols)
        elif place == 2:
            found = _apart(found) + _code(part, link)
            found += r"\ "
    return re.sub(r"\\ (?=[\s.,;:!?)]|$)", "", found)


def _apart(found: str) -> str:
    """Return a text to which markup can be added."""
    return found if not found or found[-1] in " (" else found + r"\ "


def _code(name: str, link: dict) -> str:
    if name in link:
        return f":py:obj:`{name} <{link[name]}>`"
    return f"``{name}``"


def _with_math(text: str, symbols: set) -> str:
    """Return a text with its expressions marked as math, all else escaped."""
    words = re.split(r"( )", unicodedata.normalize("NFD", text))
    found, run = "", []  # type: str, list[str]

    def close() -> None:
        nonlocal found, run
        found += _expression("".join(run), symbols)
        run = []

    for word in words:
        if not word.strip():
            run.append(word) if run else None
            found += "" if run else word
            continue
        part_of_math = STRONG.search(word) or WEAK.match(word) or SIGN.match(word)
        article = word == "a" and not SIGN.search("".join(run).strip())
        if article or not part_of_math:
            close()
            found += _escaped(word)
            continue
        run.append(word)
        if word[-1] in ENDS and _balanced("".join(run)):
            close()
    close()
    return found


def _balanced(text: str) -> bool:
    return all(text.count(a) <= text.count(b) for a, b in PAIRS)


def _expression(run: str, symbols: set) -> str:
    """Return a run of words as math, if it is; what only stands beside it as text."""
    if not run:
        return ""
    before, core, after = _trimmed(run)
    alone = re.fullmatch(r"([A-Za-z])'*", core)
    is_equation = re.fullmatch(r"[A-Za-z] (=|<|>|≤|≥) \S.*", core)
    whole = all(core.count(a) == core.count(b) for a, b in PAIRS)
    if not (core and whole) or not (
        STRONG.search(core) or is_equation or (alone and alone[1] in symbols)
    ):
        # Perhaps letters of the equations, one by one.
        words = [_lone(word, symbols) for word in re.split(r"( )", run)]
        return "".join(words)
    return f"{_escaped(before)}:math:`{latex(core)}`{_escaped(after)}"


def _lone(word: str, symbols: set) -> str:
    start = re.fullmatch(r"(\(?)([A-Za-z]'*)([.,;:)]*)", word)
    if start and start[2][0] in symbols:
        return f"{start[1]}:math:`{start[2]}`{start[3]}"
    return _escaped(word)


def _trimmed(run: str) -> tuple[str, str, str]:
    """Return what stands before an expression, the expression, and what comes after."""
    core = run
    while core and (
        core[0] in " =+/<>|-−…·" or (core[0] in "([{" and not _balanced(core))
    ):
        core = core[1:]
    before = run[: len(run) - len(core)]
    kept = core
    while kept and (
        kept[-1] in " =+/<>-−,.;:" or (kept[-1] in ")]}" and not _closed(kept))
    ):
        kept = kept[:-1]
    kept = re.sub(r"-[a-z]{2,}$", "", kept)  # as in: every T_g-th step
    return before, kept, core[len(kept) :]


def _closed(text: str) -> bool:
    return all(text.count(a) >= text.count(b) for a, b in PAIRS)


def _escaped(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    return re.sub(r"([*|\\`])|_(?=\W|$)", lambda found: "\\" + found[0], text)


def _with_papers(text: str) -> str:
    """Return a reference whose numbers at arXiv are links."""
    return re.sub(
        r"arXiv (\d{4}\.\d{4,5})", r"`arXiv \1 <https://arxiv.org/abs/\1>`__", text
    )
