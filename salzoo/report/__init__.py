"""Evaluations as pages to read and to send around: markdown, HTML."""

from salzoo.report.as_html import html
from salzoo.report.as_markdown import markdown

__all__ = ["html", "markdown"]
