"""The navigation: the areas of pages, and who is led to them."""

from collections.abc import Mapping

from events.centres.user import Role

SECTIONS = (
    ("home", "Home", "/"),
    ("learners", "Learners", "/learners"),
    ("uploads", "Uploads", "/uploads"),
    ("orders", "Orders", "/orders"),
    ("bookings", "Bookings", "/bookings"),
    ("claims", "Claims", "/claims"),
    ("ineligible", "Not eligible", "/ineligible"),
    ("results", "Results", "/results"),
    ("certificates", "Certificates", "/certificates"),
    ("invoices", "Invoices", "/invoices"),
    ("catalogue", "Catalogue", "/catalogue"),
)
"""The entries of the navigation: section, text and address."""

SECTIONS_OF_ROLE: Mapping[Role, tuple[tuple[str, str, str], ...]] = {
    Role.ACCOUNT_SPECIALIST: (("operations", "Operations", "/operations"),),
    Role.AUDITOR: (
        ("audit", "Audit", "/audit"),
        ("operations", "Operations", "/operations"),
    ),
}
"""Those that are a role's alone."""
