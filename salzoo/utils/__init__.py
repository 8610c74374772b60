"""Helpers without any knowledge of saliency: errors, files, tables, drawing, resizing."""
