"""Readers of file formats that several datasets share, and checks of what they hold."""
