"""Refusals of what the catalogue does not have."""

from aggregates.errors import Malformed


class ProductUnknown(Malformed):
    code = "product-unknown"
    message = "There is no product {product}. Check the reference and try again."


class PathwayUnknown(Malformed):
    code = "pathway-unknown"
    message = "{title} has no pathway {pathway}. Choose from {pathways}."
