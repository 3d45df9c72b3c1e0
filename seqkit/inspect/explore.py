"""A page on which to move through a trace."""

import html
import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from seqkit.folders import write_file
from seqkit.inspect.packed import Labels, Shown, most_units
from seqkit.inspect.record import Trace
from seqkit.wording import briefly


def explore(
    trace: Trace,
    path: str | os.PathLike,
    tokens: Labels = None,
    units: Labels = None,
    row: int = 0,
    title: str = "",
) -> None:
    """Write a page on which every gate, state and gradient of every step can be seen.

    One HTML file with all that it needs: it opens in any browser, without a server or
    a network. Moving over a token or a time step shows what happened there; a click
    holds it.

    Numbers are rounded to 0.05 %. Where a page would have too many of them, it has the
    units that move most, and says so. The products are left out.

    Needs the `inspect` extra: plotly.

    Args:
        trace: what `seqkit.inspect.trace` returned.
        path: the file to write.
        tokens: what stands at each time step, for all layers or by a layer's name.
        units: what each unit is, likewise: for an attention, the tokens of its memory.
        row: which row of the batch.
        title: what stands above.

    Raises:
        ValueError: what is given is no trace or is too long, there are not as many
            tokens as time steps, or there is no such row.
        FileNotFoundError: there is no such folder.

    Example:
    >>> import pathlib, tempfile
    >>> from seqkit.inspect import trace
    >>> from seqkit.layers import LSTM
    >>> found = trace(LSTM(4, return_sequences=True), np.ones((1, 5, 3), "float32"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = pathlib.Path(folder) / "page.html"
    ...     explore(found, page, tokens="h e l l o".split())
    ...     "<title>" in page.read_text()
    True
    """
    if not isinstance(trace, Trace):
        raise ValueError(
            f"`trace` must be what `seqkit.inspect.trace` gives, got {briefly(trace)}."
        )
    if not Path(path).parent.is_dir():
        raise FileNotFoundError(
            f"`path` must be in a folder that is there, got {str(path)!r}."
        )
    shown = []
    for layer in trace.layers:
        rows = len(layer.inputs)
        if isinstance(row, bool) or not isinstance(row, int) or not 0 <= row < rows:
            raise ValueError(
                f"`row` must be an integer from 0 to {rows - 1}, got {row!r}."
            )
        shown.append(Shown(layer, row))
    most = most_units(shown)
    layers = []
    for each in shown:
        labels = _labels(tokens, each)
        if labels is not None and len(labels) != each.time:
            raise ValueError(
                f"`tokens` of {each.layer.name!r} must be {each.time}, one for each "
                f"time step, got {len(labels)}."
            )
        layers.append(each.data(most, labels, _labels(units, each)))
    page = files("seqkit.inspect").joinpath("page")
    text = page.joinpath("page.html").read_text(encoding="utf-8")
    data = json.dumps({"loss": trace.loss, "layers": layers}, ensure_ascii=False)
    parts = {
        "title": html.escape(title or "Inside"),
        "plotly": _plotly(),
        "style": page.joinpath("page.css").read_text(encoding="utf-8"),
        "code": page.joinpath("page.js").read_text(encoding="utf-8"),
        "data": data.replace("</", "<\\/"),
    }
    text = re.sub(f"%({'|'.join(parts)})%", lambda found: parts[found[1]], text)
    write_file(path, text)


def _labels(labels: Labels, shown: Shown) -> Sequence[str] | None:
    """Return the labels for a layer."""
    if isinstance(labels, Mapping):
        return labels.get(shown.layer.name)
    return labels


def _plotly() -> str:
    """Return the source of plotly.js.

    Raises:
        ModuleNotFoundError: plotly is not installed.
    """
    try:
        from plotly.offline import get_plotlyjs
    except ImportError:
        raise ModuleNotFoundError(
            "`explore` needs plotly: pip install 'seqkit[inspect]'.", name="plotly"
        ) from None
    return str(get_plotlyjs())
