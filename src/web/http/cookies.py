"""The cookies of pages: who is signed in, and who is about to be."""

from starlette.requests import Request
from starlette.responses import Response

from web.http.sessions import LASTS

SAID_FOR = 60
"""How many seconds the browser keeps what the next page says."""


class Cookies:
    """Sets and reads cookies, which only go to where they came from.

    Under an ``https`` address they are ``__Host-`` cookies, which no other host of the
    domain can set. Plain HTTP is for one's own machine, where browsers take no such.
    """

    def __init__(self, public: str) -> None:
        self.public = public.rstrip("/")
        self.is_secure = self.public.startswith("https://")
        prefix = "__Host-" if self.is_secure else ""
        self.session, self.before = f"{prefix}session", f"{prefix}before"
        self.said = f"{prefix}said"
        self.request, self.proved = f"{prefix}sign-in", f"{prefix}proved"

    def session_of(self, request: Request) -> str:
        return request.cookies.get(self.session, "")

    def before_of(self, request: Request) -> str:
        """Give what a browser is known by before anybody signs in."""
        return request.cookies.get(self.before, "")

    def set_session(self, response: Response, text: str) -> None:
        self._write(response, self.session, text, int(LASTS.total_seconds()))

    def set_before(self, response: Response, text: str) -> None:
        self._write(response, self.before, text, None)

    def end_session(self, response: Response) -> None:
        self._delete(response, self.session)

    def request_of(self, request: Request) -> str:
        """Give what was kept of a sign-in that goes on at the issuer."""
        return request.cookies.get(self.request, "")

    def set_request(self, response: Response, text: str, lasts: int) -> None:
        """Keep a sign-in while it goes on at the issuer.

        As ``Lax`` it comes back with whom the issuer sends back, who follows a link
        from another site; as ``Strict`` it would not.
        """
        self._write(response, self.request, text, lasts)

    def said_of(self, request: Request) -> str:
        """Give what the page before wanted said."""
        return request.cookies.get(self.said, "")

    def set_said(self, response: Response, text: str) -> None:
        self._write(response, self.said, text, SAID_FOR)

    def end_said(self, response: Response) -> None:
        self._delete(response, self.said)

    def proof_of(self, request: Request) -> str:
        """Give what shows that the user proved just now who they are."""
        return request.cookies.get(self.proved, "")

    def set_proof(self, response: Response, text: str, lasts: int) -> None:
        self._write(response, self.proved, text, lasts)

    def end_request(self, response: Response) -> None:
        self._delete(response, self.request)

    def has_session(self, response: Response) -> bool:
        """Tell whether a response sets or ends the session by itself."""
        begins = f"{self.session}="
        return any(
            each.startswith(begins) for each in response.headers.getlist("set-cookie")
        )

    def _delete(self, response: Response, name: str) -> None:
        response.delete_cookie(
            name, path="/", secure=self.is_secure, httponly=True, samesite="lax"
        )

    def _write(
        self, response: Response, name: str, text: str, lasts: int | None
    ) -> None:
        response.set_cookie(
            name,
            text,
            max_age=lasts,
            path="/",
            secure=self.is_secure,
            httponly=True,
            samesite="lax",
        )
