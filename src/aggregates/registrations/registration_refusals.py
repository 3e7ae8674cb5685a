"""The refusals of registrations."""

from aggregates.errors import RuleBroken


class RegistrationIsCompleted(RuleBroken):
    code = "registration-is-completed"
    message = (
        "{learner} already has a {award_type} award on {qualification}, by the claim "
        "{claim}. An Account Specialist can reopen the registration."
    )


class RegistrationIsCancelled(RuleBroken):
    code = "registration-is-cancelled"
    message = (
        "The registration {registration} is cancelled, so it cannot {what}. Order a"
        " registration anew, if one is needed."
    )


class RegistrationIsActive(RuleBroken):
    code = "registration-is-active"
    message = (
        "The registration {registration} is Active already. Only a Completed one can be"
        " reopened."
    )


class IsOnApprenticeship(RuleBroken):
    code = "is-on-apprenticeship"
    message = (
        "The registration {registration} is on an apprenticeship, so it cannot {what}."
        " Choose the registration on one of its qualifications: {parts}."
    )
