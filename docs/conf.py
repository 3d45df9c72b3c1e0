"""The site: `make docs`. Warnings are errors, and nothing is fetched."""

import importlib.util
import logging
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
logging.getLogger("tensorflow").setLevel("ERROR")
DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

from seqkit import __version__  # noqa: E402


def mathjax() -> str:
    """Return where MathJax lies that is installed: the site needs no network."""
    found = importlib.util.find_spec("sphinx-mathjax-offline")
    return str(Path(found.origin).parent / "static" / "mathjax" / "tex-svg.js")


project = "seqkit"
release = version = __version__
copyright = "the authors of seqkit"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
    "extensions.reference",
    "extensions.links",
    "extensions.notebooks",
]
exclude_patterns = [
    "_build",
    "*/GALLERY_HEADER.rst",  # read by the gallery
    "gallery/start/index.rst",  # start.md stands in its place
]
nitpicky = True
default_role = "code-or-link"
autodoc_typehints = "none"

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

html_theme = "pydata_sphinx_theme"
html_title = "seqkit"
html_static_path = ["_static", mathjax()]
html_css_files = ["seqkit.css"]
html_show_search_summary = False  # it would be fetched, which a file may not be
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navigation_with_keys": False,
    "header_links_before_dropdown": 7,
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc", "sg_download_links"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
mathjax_path = "tex-svg.js"

sphinx_gallery_conf = {
    "examples_dirs": ["start", "lessons", "lessons_zh"],
    "gallery_dirs": ["gallery/start", "gallery/lessons", "gallery/lessons_zh"],
    "filename_pattern": r"/\d\d_",  # every script runs
    "within_subsection_order": "FileNameSortKey",
    "image_scrapers": ("extensions.gallery.figures",),
    "reset_modules": ("extensions.gallery.reset",),
    "capture_repr": ("_repr_html_",),  # tables; numbers are printed
    "first_notebook_cell": "%matplotlib inline",
    "remove_config_comments": True,
    "show_signature": False,
    "write_computation_times": False,
    "copyfile_regex": r"(?!)",
}
