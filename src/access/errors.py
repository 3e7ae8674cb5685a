"""Why somebody is not let in."""

from aggregates.errors import Malformed, Refusal


class SignInRefusal(Refusal):
    """A sign-in or a token is refused."""


class WrongPassword(SignInRefusal):
    code = "wrong-password"
    message = "The user name or the password is wrong. Check both, then try again."


class CurrentPasswordWrong(Malformed):
    code = "current-password-wrong"
    message = "This is not your current password. Check it, then try again."


class SecondFactorNeeded(SignInRefusal):
    code = "second-factor-needed"
    message = (
        "This user signs in with a second factor too. Give the six digits that your"
        " authenticator app shows now, or a recovery code, as the code."
    )


class SecondFactorMissing(SignInRefusal):
    code = "second-factor-missing"
    message = (
        "Nobody signs in here by a password alone. Sign in on the pages once, and set up a"
        " second factor there."
    )


class SecondFactorWrong(SignInRefusal):
    code = "second-factor-wrong"
    message = (
        "This code is not right, or was used before. Wait for the next code of your"
        " authenticator app, or give a recovery code that you have not used."
    )


class CurrentCodeWrong(Malformed):
    """The code of one who is signed in is missing or wrong, where they prove themselves."""

    code = "current-code-wrong"
    message = "{why}"


class TokenNotGood(SignInRefusal):
    code = "token-not-good"
    message = (
        "This token is unknown, expired or revoked, or its user is disabled. "
        "Sign in again for another."
    )
