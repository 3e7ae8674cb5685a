"""Why somebody is not let in who comes from an OpenID Connect issuer."""

from access.errors import SignInRefusal
from aggregates.errors import Refusal


class IssuerUnavailable(Refusal):
    code = "issuer-unavailable"
    message = (
        "Your organisation's sign-in service does not answer just now. Try again in a"
        " minute; a user name and password, if you have them here, work meanwhile."
    )


class SignInStale(SignInRefusal):
    code = "sign-in-stale"
    message = (
        "This sign-in was begun in another browser, longer than ten minutes ago, or is"
        " over already. Begin it again."
    )


class SignInUnfinished(SignInRefusal):
    code = "sign-in-unfinished"
    message = "You did not finish signing in with your organisation's account. Begin it again."


class IdentityRefused(SignInRefusal):
    code = "identity-refused"
    message = (
        "Your organisation's sign-in service gave an answer that is not accepted: {why}."
        " Begin again; if it happens again, tell those who run this service."
    )


class UserOfIssuerUnknown(SignInRefusal):
    code = "user-of-issuer-unknown"
    message = (
        "Your organisation knows you as {name}, and there is no such user here. Ask a"
        " Centre Administrator of your centre, or an Account Specialist of the awarding"
        " organisation, to add you under that name."
    )


class AccessTokenRefused(SignInRefusal):
    code = "access-token-refused"
    message = "This access token is refused: {why}. Get another from the issuer."
