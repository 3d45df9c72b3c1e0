"""Links that leave the site: written down, and none that a page needs to be shown."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

TAG = re.compile(r"<(\w+)\b([^>]*?)\b(?:href|src)=\"(https?://[^\"]+)\"([^>]*)>")
LIST = "external_links.txt"  # for whoever has a network


def outside(html: str) -> tuple[set[str], set[str]]:
    """Return what a page links to outside the site, and what it loads from there.

    >>> outside('<a href="https://a.org/x"></a> <img src="https://b.org/y.png"/>')
    ({'https://a.org/x'}, {'https://b.org/y.png'})
    """
    linked, loaded = set(), set()
    for tag, before, address, after in TAG.findall(html):
        only_named = tag == "link" and "stylesheet" not in before + after
        (linked if tag == "a" or only_named else loaded).add(address)
    return linked, loaded


def malformed(addresses: Iterable[str]) -> list[str]:
    """Return the addresses that cannot be right, as far as can be seen offline.

    >>> malformed(["https://arxiv.org/abs/1406.1078", "https://arxiv", "http://a.org"])
    ['http://a.org', 'https://arxiv']
    """
    wrong = []
    for address in addresses:
        parts = urlsplit(address)
        paper = parts.netloc != "arxiv.org" or re.fullmatch(
            r"/abs/\d{4}\.\d{4,5}", parts.path
        )
        if parts.scheme != "https" or "." not in parts.netloc or not paper:
            wrong.append(address)
    return sorted(wrong)


def check(app: Any, error: Any) -> None:
    """Write the list, and warn of what a page would load from elsewhere."""
    from sphinx.util.logging import getLogger

    if error is not None or app.builder.format != "html":
        return
    logger, everywhere = getLogger(__name__), set()
    for path in sorted(Path(app.outdir).rglob("*.html")):
        linked, loaded = outside(path.read_text(encoding="utf-8"))
        everywhere |= linked
        for address in sorted(loaded):
            logger.warning("%s loads %s", path.name, address)
    for address in malformed(everywhere):
        logger.warning("a link cannot be right: %s", address)
    listed = "".join(f"{address}\n" for address in sorted(everywhere))
    (Path(app.outdir) / LIST).write_text(listed, encoding="utf-8")


def setup(app: Any) -> dict[str, Any]:
    """Add the check to a Sphinx application."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True}
