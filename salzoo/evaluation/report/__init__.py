"""Reports of evaluations: markdown and HTML pages, tables and charts."""

from salzoo.evaluation.report.best_and_worst import draw_best_and_worst
from salzoo.evaluation.report.html_page import render_html
from salzoo.evaluation.report.markdown_page import render_markdown

__all__ = ["draw_best_and_worst", "render_html", "render_markdown"]
