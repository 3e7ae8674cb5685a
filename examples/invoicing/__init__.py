"""A sample consumer of `invoicing.lines`: copy it, and make it yours."""
