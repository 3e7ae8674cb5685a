"""What all pages have in common: routes, sessions, forms, templates, lists, refusals."""
