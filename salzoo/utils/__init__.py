"""Helpers that every package may use: errors, files, tables, drawing, resizing.

They know nothing of saliency, except `task`.
"""
