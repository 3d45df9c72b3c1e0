"""The reference: a page for every public name, written from its docstring."""

import importlib
import inspect
import textwrap
from pathlib import Path
from typing import Any

from extensions.docstrings import to_rst

# Public packages and modules, in the order in which they are listed.
PARTS = (
    "layers",
    "cells",
    "recurrence",
    "learning",
    "inspect",
    "inspect.pictures",
    "tasks",
    "models",
    "models.topologies",
    "text",
    "decoding",
    "series",
    "series.metrics",
    "series.timestamps",
    "plots",
    "convert",
    "export",
    "compilation_cache",
    "errors",
    "testing.contract",
)
NO_SIDEBAR = ":html_theme.sidebar_secondary.remove: true\n\n"
# Methods that every layer has, and that Keras documents.
OF_KERAS = {
    "build", "call", "compute_mask", "compute_output_shape", "from_config",
    "get_build_config", "build_from_config", "get_config", "supports_jit",
}  # fmt: skip


def public_names(part: str) -> dict[str, Any]:
    """Return what a part of seqkit makes public, by name."""
    module = importlib.import_module(f"seqkit.{part}")
    own = [n for n, v in vars(module).items() if inspect.getmodule(v) is module]
    names = getattr(module, "__all__", [n for n in own if not n.startswith("_")])
    return {name: getattr(module, name) for name in sorted(names, key=str.lower)}


def links() -> dict[str, str]:
    """Return what names between backticks are links to: in full, and some in short."""
    full, short = {}, {}
    for part in PARTS:
        for name in public_names(part):
            full[f"seqkit.{part}.{name}"] = f"seqkit.{part}.{name}"
            if name.lower() != name or "_" in name:  # not an ordinary word
                short.setdefault(name, []).append(f"seqkit.{part}.{name}")
    return full | {name: found[0] for name, found in short.items() if len(found) == 1}


def summary(thing: Any, link: dict) -> str:
    """Return the first sentence of a docstring."""
    if not (inspect.isclass(thing) or inspect.isroutine(thing)):
        return f"``{_value(thing)}``"
    first = inspect.getdoc(thing).split("\n\n")[0]
    return to_rst(first, link).strip()


def _value(thing: Any) -> str:
    return textwrap.shorten(repr(thing), 200)


def page_name(part: str, name: str) -> str:
    """Return the name of a page: another one even where case makes no difference."""
    alike = [each for each in public_names(part) if each.lower() == name.lower()]
    return f"{part}.{name}" + "-" * sorted(alike).index(name)


def page(part: str, name: str, thing: Any) -> str:
    """Return the page of one name."""
    full = f"seqkit.{part}.{name}"
    title = f"{NO_SIDEBAR}{name}\n{'=' * len(name)}\n\n"
    if inspect.isclass(thing):
        members = [
            each
            for each, value in vars(thing).items()
            if not each.startswith("_") and each not in OF_KERAS and _is_member(value)
        ]
        options = f"   :members: {', '.join(members)}\n" if members else ""
        return f"{title}.. autoclass:: {full}\n{options}"
    if inspect.isroutine(thing):
        return f"{title}.. autofunction:: {full}\n"
    return f"{title}.. py:data:: {full}\n   :value: {_value(thing)}\n"


def _is_member(value: Any) -> bool:
    value = getattr(value, "__func__", value)
    value = getattr(value, "fget", value)
    return inspect.isfunction(value) and bool(value.__doc__)


def overview(part: str, link: dict) -> str:
    """Return the page of a package: its docstring and its names."""
    title = f"seqkit.{part}"
    names = public_names(part)
    doc = to_rst(inspect.getdoc(importlib.import_module(title)), link)
    rows = [
        f"   * - :py:obj:`{name} <seqkit.{part}.{name}>`\n     - {summary(thing, link)}"
        for name, thing in names.items()
    ]
    table = ".. list-table::\n   :class: names\n\n" + "\n".join(rows)
    toctree = ".. toctree::\n   :hidden:\n\n" + "\n".join(
        f"   {page_name(part, name)}" for name in names
    )
    head = f"{NO_SIDEBAR}{title}\n{'=' * len(title)}\n\n.. py:module:: {title}\n\n"
    return f"{head}{doc}\n{table}\n\n{toctree}\n"


def write(app: Any) -> None:
    """Write the pages, where they are not as they should be."""
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    link = app.config.reference_links
    pages = {"index": _index()}
    for part in PARTS:
        pages[part] = overview(part, link)
        for name, thing in public_names(part).items():
            pages[page_name(part, name)] = page(part, name, thing)
    for path in folder.glob("*.rst"):
        if path.stem not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _index() -> str:
    listed = "\n".join(f"   {part}" for part in PARTS)
    return f"Reference\n=========\n\n.. toctree::\n   :maxdepth: 1\n\n{listed}\n"


def process(
    app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    """Replace a docstring by what it is as a page."""
    lines[:] = to_rst("\n".join(lines), app.config.reference_links).splitlines()


def code_or_link(
    role: str, raw: str, text: str, line: int, inliner: Any, *args: Any
) -> tuple:
    """A name between single backticks: a link where it is public, else code."""
    from docutils import nodes
    from sphinx.addnodes import pending_xref

    link = inliner.document.settings.env.config.reference_links
    code = nodes.literal(text, text)
    if text not in link:
        return [code], []
    found = pending_xref(
        "", code, refdomain="py", reftype="obj", reftarget=link[text], refexplicit=True
    )
    return [found], []


def setup(app: Any) -> dict[str, Any]:
    """Add the reference to a Sphinx application."""
    app.add_config_value("reference_links", links(), "env")
    app.add_role("code-or-link", code_or_link)
    app.connect("builder-inited", write)
    app.connect("autodoc-process-docstring", process)
    return {"parallel_read_safe": True}
