"""Equations as plain text, and the same in LaTeX.

In docstrings equations are plain text, so that `help` can be read:

    h_t = f(W x_t + U h_{t-1} + b)     a remark, after two spaces or more

`_` and `^` take one index, or several in braces; ⊙ is the product number by number.
"""

import re
import unicodedata

GREEK = {
    chr(code): unicodedata.name(chr(code)).split()[-1].lower()
    for code in range(945, 970)
} | {"Δ": "Delta", "Γ": "Gamma", "Λ": "Lambda", "Θ": "Theta", "Φ": "Phi", "Ω": "Omega"}
GREEK |= {"λ": "lambda", "ε": "varepsilon", "φ": "varphi"}
SYMBOLS = {
    "−": "-", "⊙": r"\odot", "·": r"\cdot", "×": r"\times", "*": r"\cdot",
    "≥": r"\ge", "≤": r"\le", "∈": r"\in", "←": r"\leftarrow", "∂": r"\partial",
    "Σ": r"\sum", "‖": r"\Vert", "½": r"\tfrac{1}{2}", "∩": r"\cap", "…": r"\dots",
    "...": r"\dots", "..": r"\dots", "~": r"\sim", "ᵀ": r"^\top", "²": "^2",
    "∞": r"\infty", "⁻⁶": "^{-6}", "%": r"\%", "#": r"\#", "&": r"\&",
    "$": r"\$", "{": r"\{", "}": r"\}", '"': "''",
}  # fmt: skip
SPACED = set("=+-−/<>≥≤∈←~⊙·×*∩")  # LaTeX leaves room around them
ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar"}
NATIVE = {"exp", "log", "ln", "sin", "cos", "tanh", "max", "min"}  # as in LaTeX
FUNCTIONS = {"softmax", "relu", "argmax", "argmin", "sign", "softplus", "Re", "LN"}
TOKEN = re.compile(
    r"""(?P<code>`[^`]+`|[a-z_]{2,}=(?:"[^"]*"|[^\s,:;)]+)|[a-z]+_[a-z_]{3,})
    |(?P<sqrt>sqrt(?=\())
    |(?P<word>[A-Za-z]{2,}(?:'s)?|a(?=\ [a-z]{2,}(?!\()))
    |(?P<letter>[A-Za-zα-ωΔΓΛΘΦΩ][\u0302\u0303\u0304]?'*)
    |(?P<script>[_^](?:\{[^}]*\}|\([^)]*\)|-?[A-Za-zα-ω0-9.]+))
    |(?P<number>[0-9]+(?:\.[0-9]+)?)
    |(?P<space>\s+)
    |(?P<symbol>\.\.\.?|⁻⁶|.)""",
    re.VERBOSE,
)
RELATION = re.compile(r"(?<=\s)(=|←|~|>|<)(?=\s)")
STRONG = re.compile(r"[_^]\{|[α-ωΔΣΛ⊙‖∂]|\b[A-Za-z]_[a-z0-9]")


def latex(text: str) -> str:
    """Return an expression, or words with expressions among them, in LaTeX.

    >>> latex("σ(W x_t + U h_{t-1})")
    '\\\\sigma (W\\\\, x_{t} + U\\\\, h_{t-1})'
    >>> latex("one block of W")
    '\\\\text{one block of }W'
    """
    text = unicodedata.normalize("NFD", text.strip())
    found, place, before = "", 0, ""  # before: the kind of what stands before
    while place < len(text):
        token = TOKEN.match(text, place)
        kind, value, place = token.lastgroup, token[0], token.end()
        room = token.start() > 0 and text[token.start() - 1].isspace()
        if kind == "space":
            continue
        if kind == "sqrt":
            end = _closing(text, place)
            value, place = text[place + 1 : end], end + 1
        kind, piece = _piece(kind, value, text[place:])
        if "text" in (kind, before) and kind == before:
            found = found[:-1] + (" " if room else "") + piece + "}"
        elif kind == "text":
            gap = " " if room and before not in ("", "spaced") else ""
            found += f"\\text{{{gap}{piece}}}"
        elif before == "text" and room and kind != "spaced":
            found = f"{found[:-1]} }}{piece}"
        elif (
            room and before in ("operand", "closing") and kind in ("operand", "opening")
        ):
            found += rf"\, {piece}"
        else:
            found += f" {piece}" if room or found.endswith(tuple(NATIVE)) else piece
        before = kind
    return found.strip()


def _piece(kind: str, value: str, rest: str) -> tuple[str, str]:
    """Return what a token is for its neighbours, and its LaTeX.

    Args:
        kind: the name of its group.
        value: its text; of a root what it is of.
        rest: the text after it.
    """
    if kind == "sqrt":
        return "operand", rf"\sqrt{{{latex(value)}}}"
    if kind == "code":
        return "code", rf"\texttt{{{value.strip('`')}}}"
    if kind == "word":
        if value in NATIVE:
            return "symbol", "\\" + value
        if value in FUNCTIONS or (rest.startswith("(") and len(value) > 1):
            return "operand", rf"\operatorname{{{value}}}"
        if rest.startswith(("_", "^")):
            return "operand", rf"\mathrm{{{value}}}"
        return "text", value
    if kind == "letter":
        base = f"\\{GREEK[value[0]]} " if value[0] in GREEK else value[0]
        for accent in value[1:].replace("'", ""):
            base = rf"\{ACCENTS[accent]}{{{base.strip()}}}"
        return "operand", base + "'" * value.count("'")
    if kind == "script":
        return "operand", f"{value[0]}{{{_index(value[1:].strip('{}'))}}}"
    if kind == "number":
        return "operand", value
    piece = SYMBOLS.get(value, value)
    piece += " " if piece[-1:].isalpha() else ""
    if value in SPACED:
        return "spaced", piece
    if value in "([Σ∂":
        return "opening", piece
    return ("closing" if value in ")]" else "symbol"), piece


def _closing(text: str, start: int) -> int:
    """Return where the parenthesis that opens at `start` is closed."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if not depth:
            return place
    raise ValueError(f"no closing parenthesis in {text!r}")


def _index(index: str) -> str:
    """Return an index: letters by themselves, or the word that they are."""
    if re.fullmatch(r"[A-Z]{2,}|[a-z]{3,}", index):
        return rf"\mathrm{{{index}}}"
    return " ".join(index) if index.isalpha() and index.isascii() else latex(index)


def is_math(lines: list[str]) -> bool:
    """Return whether the lines of an indented block are equations."""
    if any("->" in line or line.startswith(">>>") for line in lines):
        return False
    related = sum(any(map(RELATION.search, _columns(line)[:2])) for line in lines)
    return 2 * related >= len(lines) or (not related and all(map(STRONG.search, lines)))


def _columns(line: str) -> list[str]:
    line = re.sub(r"\s+(=|←|~)\s+", r" \1 ", line.strip())
    return re.split(r"\s{2,}", line)


def block(lines: list[str]) -> list[str]:
    """Return a block of equations as LaTeX, one below the other, aligned.

    >>> block(["f_t = σ(x_t)    a gate", "h_t = f_t"])[1]
    '{}f_{t} & = \\\\sigma (x_{t}) && \\\\text{a gate} \\\\\\\\'
    """
    written = []
    for line in lines:
        first, *others = _columns(line)
        relation = RELATION.search(first)
        if relation:
            left, right = first[: relation.start()], first[relation.start() :]
            row = f"{{}}{latex(left)} & {latex(right)}"
        else:
            row = f"{{}}& {latex(first)}"
        for other in others:
            row += f" && {latex(other)}"
        written.append(row + r" \\")
    return [r"\begin{aligned}", *written, r"\end{aligned}"]
