"""Evaluations as pages to read and to send around: markdown, HTML."""

from salzoo.evaluation.report.html_page import html
from salzoo.evaluation.report.markdown_page import markdown

__all__ = ["html", "markdown"]
