"""The notebooks of the scripts: their tables written as Markdown has them."""

import re
from typing import Any

TABLE = re.compile(r"^(=+(?: +=+)+)\n(.+)\n\1\n((?:.+\n)+?)\1$", re.MULTILINE)


def with_markdown_tables(text: str) -> str:
    """Rewrite the simple tables of a reStructuredText, with bars between the cells.

    Cells are told apart by two spaces or more; those that are missing at the end of a
    row are empty.
    """
    return TABLE.sub(_with_bars, text)


def _with_bars(table: re.Match) -> str:
    border, head, body = table.groups()
    columns = len(border.split())
    rows = [re.split(r" {2,}", line.strip()) for line in (head, *body.splitlines())]
    lines = [row + [""] * (columns - len(row)) for row in rows]
    lines.insert(1, ["---"] * columns)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def setup(app: Any) -> dict:
    """Have the gallery write its notebooks so."""
    from sphinx_gallery import notebook

    plain = notebook.rst2md

    def rst2md(text: str, *args: Any, **kwargs: Any) -> str:
        return plain(with_markdown_tables(text), *args, **kwargs)

    notebook.rst2md = rst2md
    return {"parallel_read_safe": True}
