"""Which role may send which command: the one table that every door obeys."""

from collections.abc import Mapping

from access.refusals import record_refusal
from aggregates.errors import NotAllowed, Refusal
from catalogue.rule import join_words
from commands.bookings import (
    booking,
    booking_correction,
    entry_order,
    offline_client,
    package,
    sitting,
)
from commands.centres import centre, pin, second_factor, user
from commands.claims import certificate, claim, claim_submission
from commands.command import Command, CommandContext, CommandResult, handle
from commands.learners import (
    duplicate,
    learner,
    learner_erasure,
    learner_image,
    transfer,
)
from commands.orders import order, order_confirmation
from commands.registrations import cancellation, invoice
from commands.uploads import (
    group_name,
    record,
    undo,
    upload,
    upload_check,
    upload_choices,
    upload_learners,
    verification,
)
from events.centres.user import Role

ADMINISTRATOR = frozenset({Role.CENTRE_ADMINISTRATOR})
AT_A_CENTRE = ADMINISTRATOR | {Role.ASSESSOR}
SPECIALIST = frozenset({Role.ACCOUNT_SPECIALIST})
PEOPLE = frozenset(Role) - {Role.SERVICE}
READERS = PEOPLE - {Role.INVOICING, Role.ASSESSMENT}
"""Who may look at what is theirs to see; a machine at what it is there for alone."""
SERVICE = frozenset({Role.SERVICE})

MAY: dict[type[Command], frozenset[Role]] = {
    booking.AmendBooking: AT_A_CENTRE | SPECIALIST,
    booking.CancelBooking: AT_A_CENTRE,
    booking.MakeLaunchLink: AT_A_CENTRE,
    booking.ReportOutcome: frozenset({Role.ASSESSMENT}),
    booking.UseLaunchLink: SERVICE,
    booking_correction.CorrectOutcome: frozenset({Role.ASSESSMENT}),
    cancellation.CancelRegistration: ADMINISTRATOR,
    cancellation.ChangePathway: SPECIALIST,
    cancellation.ReopenRegistration: SPECIALIST,
    centre.GrantApproval: SPECIALIST | SERVICE,
    centre.OpenCentre: SPECIALIST | SERVICE,
    centre.OpenListedCentres: SERVICE,
    centre.WithdrawApproval: SPECIALIST | SERVICE,
    certificate.RecordPrinting: SPECIALIST,
    certificate.ReissueCertificate: SPECIALIST,
    certificate.RevokeCertificate: SPECIALIST,
    claim.BeginClaim: ADMINISTRATOR,
    claim.ChooseClaimLearners: ADMINISTRATOR,
    claim.ChooseClaimQualification: ADMINISTRATOR,
    claim.ChooseClaimUnits: ADMINISTRATOR,
    claim.DeleteClaim: ADMINISTRATOR,
    claim.SaveClaimGrades: ADMINISTRATOR,
    claim_submission.JudgeClaimAgain: SERVICE,
    claim_submission.ProcessClaim: SERVICE,
    claim_submission.SubmitClaim: ADMINISTRATOR,
    claim_submission.WithdrawClaim: ADMINISTRATOR,
    duplicate.DecideDuplicate: AT_A_CENTRE | SPECIALIST,
    entry_order.AddEntries: AT_A_CENTRE,
    entry_order.BeginEntryOrder: AT_A_CENTRE,
    entry_order.ChangeEntry: AT_A_CENTRE,
    entry_order.ChooseEntries: AT_A_CENTRE,
    entry_order.ConfirmEntryOrder: AT_A_CENTRE,
    entry_order.DeleteEntryOrder: AT_A_CENTRE,
    entry_order.GiveEntryPurchaseOrderNumber: AT_A_CENTRE,
    entry_order.RemoveEntry: AT_A_CENTRE,
    learner_erasure.EraseLearner: SPECIALIST,
    group_name.RenameLearnerGroup: AT_A_CENTRE,
    invoice.ReportInvoiceStatus: frozenset({Role.INVOICING}),
    learner.AmendLearner: AT_A_CENTRE | SPECIALIST,
    learner.CreateLearner: AT_A_CENTRE,
    learner_image.SubmitLearnerImage: AT_A_CENTRE,
    offline_client.RegisterOfflineClient: AT_A_CENTRE,
    offline_client.ReportOfflineClient: AT_A_CENTRE,
    order.BeginOrder: AT_A_CENTRE,
    order.ChooseOrderProducts: AT_A_CENTRE,
    order.DeleteOrder: AT_A_CENTRE,
    order.GivePurchaseOrderNumber: AT_A_CENTRE,
    order.LinkOrderLearners: AT_A_CENTRE,
    order.SetCourseDates: AT_A_CENTRE,
    order.UnlinkOrderLearner: AT_A_CENTRE,
    order_confirmation.ConfirmOrder: AT_A_CENTRE,
    package.DownloadPackage: AT_A_CENTRE,
    package.ReceiveAnswers: AT_A_CENTRE,
    pin.SetPin: AT_A_CENTRE,
    record.AmendRecord: AT_A_CENTRE,
    record.RemoveRecord: AT_A_CENTRE,
    second_factor.TurnOffSecondFactor: PEOPLE | SERVICE,
    second_factor.TurnOnSecondFactor: PEOPLE,
    sitting.GiveRoom: AT_A_CENTRE,
    transfer.TransferLearner: SPECIALIST,
    undo.UndoLearnerGroup: AT_A_CENTRE,
    undo.WithdrawGroupLearners: SERVICE,
    upload.SubmitLearnerGroup: AT_A_CENTRE,
    upload.UploadLearnerGroup: AT_A_CENTRE,
    upload_check.CheckLearnerGroup: SERVICE,
    upload_choices.ChooseGroupEncoding: AT_A_CENTRE,
    upload_choices.MapLearnerGroup: AT_A_CENTRE,
    upload_learners.AddGroupLearners: SERVICE,
    user.AddUser: ADMINISTRATOR | SPECIALIST | SERVICE,
    user.ChangeUserRole: ADMINISTRATOR | SPECIALIST | SERVICE,
    user.DisableUser: ADMINISTRATOR | SPECIALIST | SERVICE,
    user.IssueToken: PEOPLE,
    user.RevokeToken: PEOPLE,
    user.SetPassword: PEOPLE | SERVICE,
    verification.VerifyLearnerGroup: SERVICE,
    verification.VerifyLearners: SERVICE,
    verification.VerifyRecords: SERVICE,
}


SYSTEMS: Mapping[Role, str] = {
    Role.INVOICING: "the invoicing system",
    Role.ASSESSMENT: "the assessment system",
}
"""What the machines are called where people are told that it is their business alone."""


def send(command: Command, context: CommandContext) -> CommandResult:
    """Answer a command if the role of the one who asks may send it (section 2).

    Raises NotAllowed, which names the roles that may, or what the handler refuses
    with. A refusal that matters is recorded (H4).
    """
    try:
        require_may(type(command), Role(command.by.role))
        return handle(command, context)
    except Refusal as refusal:
        record_refusal(command, context, why=refusal)
        raise


def require_reader(role: Role, *machines: Role, what: str) -> None:
    """Raise NotAllowed unless the role is a person's, or that of one of the machines."""
    allowed = READERS | set(machines)
    if role not in allowed:
        raise NotAllowed(role=role, what=f"look at {what}", who=name_roles(allowed))


def require_may(command: type[Command], role: Role) -> None:
    """Raise NotAllowed, which names the roles that may, unless that role may."""
    allowed = MAY[command]
    if role not in allowed and allowed <= SYSTEMS.keys():
        who = " or ".join(SYSTEMS[each] for each in allowed)
        raise NotAllowed(system=who, what=command.title)
    if role not in allowed:
        raise NotAllowed(role=role, what=command.title, who=name_roles(allowed))


def name_roles(roles: frozenset[Role]) -> str:
    """Name roles for a refusal: "a Centre Administrator or an Assessor"."""
    people = [role for role in Role if role in roles and role is not Role.SERVICE]
    if not people:
        return "nobody: the service does it by itself"
    return join_words(
        tuple(f"{'an' if r[0] in 'AI' else 'a'} {r}" for r in people), "or"
    )
