"""The frame around a page: who is signed in, the way here, what is wrong, and its forms."""

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from access.accounts import SignedInUser
from access.second_factor import find_second_factor
from commands.command import Command
from events.centres.user import Role
from queries.centres.centres import centre_names
from web.http.faults import FieldFault
from web.http.sessions import new_form_token

if TYPE_CHECKING:
    from web.http.context import PageContext

MOST_SAID, MOST_AT_FIELD = 50, 5
"""How many faults the summary names, and how many a field; the others are counted."""

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


@dataclass(frozen=True, kw_only=True)
class PageFrame:
    """What the layout shows around a page, and what forms on it carry."""

    context: "PageContext"
    title: str
    crumbs: tuple[tuple[str, str], ...]
    faults: tuple[FieldFault, ...]

    @property
    def user(self) -> SignedInUser | None:
        session = self.context.session
        return session.user if session else None

    @property
    def centre_name(self) -> str:
        """What the user's centre is called; empty for those who see all."""
        if self.user is None or not self.user.centre:
            return ""
        names = centre_names(self.context.command_context, [self.user.centre])
        return names.get(self.user.centre, self.user.centre)

    @property
    def has_issuer(self) -> bool:
        """Tell whether people may sign in by an OpenID Connect issuer."""
        return self.context.request.app.state.issuer is not None

    @property
    def asks_code(self) -> bool:
        """Tell whether who is signed in proves themselves by a code, too."""
        context = self.context.command_context
        return bool(self.user and find_second_factor(context, self.user.name))

    @property
    def navigation(self) -> list[dict[str, object]]:
        """List the areas that everybody who is signed in may go to."""
        return [
            {"text": text, "href": href, "active": section == self.context.section}
            for section, text, href in (*SECTIONS, *self._sections_of_role)
        ]

    @property
    def _sections_of_role(self) -> tuple[tuple[str, str, str], ...]:
        return SECTIONS_OF_ROLE.get(self.user.role, ()) if self.user else ()

    @property
    def other_parameters(self) -> list[tuple[str, str]]:
        """List what else the address asks for, for a form that asks for another moment."""
        given = self.context.request.query_params.multi_items()
        return [each for each in given if each[0] not in {"as_at", "at_time", "after"}]

    @property
    def breadcrumbs(self) -> list[dict[str, str]]:
        return [
            {"text": "Home", "href": "/"},
            *({"text": text, "href": href} for text, href in self.crumbs),
            {"text": self.title},
        ]

    @property
    def summary(self) -> list[dict[str, str]]:
        """List what is wrong, each with a link to its field."""
        said = [
            {"text": each.text} | ({"href": each.href} if each.href else {})
            for each in self.faults[:MOST_SAID]
        ]
        more = len(self.faults) - len(said)
        return [*said, {"text": f"And {more:,} more like these."}] if more else said

    @cached_property
    def _texts(self) -> Mapping[str, Sequence[str]]:
        found = defaultdict[str, list[str]](list)
        for each in self.faults:
            found[each.field].append(each.text)
        return found

    def fields(self) -> Markup:
        """Write the hidden fields of every form: that it is ours, and that it is one."""
        return Markup(
            '<input type="hidden" name="_token" value="{}">'
            '<input type="hidden" name="_once" value="{}">'
        ).format(self._token, secrets.token_hex(16))

    @cached_property
    def _token(self) -> str:
        """One for all forms of the page: no two are alike compressed, so each would weigh."""
        return new_form_token(self.context.service.store, self.context.secret)

    def fault(self, name: str) -> dict[str, str] | None:
        """Give the message of a field at fault, as components take it."""
        texts = self._texts.get(name, ())
        said = [*texts[:MOST_AT_FIELD]]
        if len(texts) > len(said):
            said.append(f"And {len(texts) - len(said):,} more.")
        return {"text": " ".join(said)} if said else None

    def may(self, command: type[Command]) -> bool:
        return self.context.may(command)
