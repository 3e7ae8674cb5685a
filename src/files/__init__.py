"""Formats of files and their libraries: workbooks, CSV, images, offline packages."""
