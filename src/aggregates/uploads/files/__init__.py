"""The formats of files of learners: workbooks, CSV, the template."""
