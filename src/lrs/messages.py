"""The messages of LRS's verifyLearner: SOAP 1.1, document/literal; answers are not trusted.

The message's element is in the namespace of reports, and the elements inside it have none.
Faults carry a MIAPAPIException with LRS's own code.
"""

from xml.etree.ElementTree import (
    Element,
    ParseError,
    SubElement,
    register_namespace,
    tostring,
)

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from aggregates.learners.details import Details
from aggregates.learners.verification import FLAGS, Code, VerificationAnswer
from lrs.faults import (
    LrsFault,
    NotUnderstood,
    OrganisationRefused,
    OutOfHours,
    RequestRefused,
    Unreachable,
)
from lrs.organisation import Organisation

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
REPORTS = "http://api.lrs.miap.gov.uk/reportmsg"
LONGEST_NAME = 35
"""The most characters of a name that LRS accepts."""

GENDERS = {"m": "1", "male": "1", "1": "1", "f": "2", "female": "2", "2": "2"}
"""People's words for the genders that LRS compares; other values are not sent."""

FAULTS: dict[str, type[LrsFault]] = {
    "WSEC0001": RequestRefused,
    "WSEC0003": OrganisationRefused,
    "WSEC0004": OutOfHours,
    "WSEC0005": OrganisationRefused,
    "WSEC0006": OrganisationRefused,
}

register_namespace("soap", SOAP)
register_namespace("lrs", REPORTS)


def request(details: Details, organisation: Organisation) -> bytes:
    """Write the request to verify one learner."""
    envelope = Element(f"{{{SOAP}}}Envelope")
    body = SubElement(envelope, f"{{{SOAP}}}Body")
    message = SubElement(body, f"{{{REPORTS}}}VerifyLearner")
    _add_element(message, "UKPRN", organisation.ukprn)
    _add_element(message, "OrgPassword", organisation.password)
    _add_element(message, "UserName", organisation.user)
    learner = SubElement(message, "LearnerToVerify")
    _add_element(learner, "ULN", details.uln or "")
    _add_element(learner, "FamilyName", details.family_name[:LONGEST_NAME])
    _add_element(learner, "GivenName", details.given_name[:LONGEST_NAME])
    _add_element(learner, "DateOfBirth", details.date_of_birth.isoformat())
    if gender := gender_code(details.gender):
        _add_element(learner, "Gender", gender)
    return bytes(tostring(envelope, encoding="utf-8", xml_declaration=True))


def gender_code(gender: str | None) -> str | None:
    """Return LRS's code of a gender that it compares; else None."""
    return GENDERS.get((gender or "").casefold())


def answer(content: bytes, uln: str) -> VerificationAnswer:
    """Read the answer about this ULN; raises its fault, or NotUnderstood."""
    body = _body(content)
    if (fault := body.find(f"{{{SOAP}}}Fault")) is not None:
        raise _fault(fault)
    learner = body.find(f"{{{REPORTS}}}VerifyLearnerResponse/VerifiedLearner")
    if learner is None:
        raise NotUnderstood("There is no verified learner in the answer.")
    searched = _text(learner, "SearchedULN") or uln
    try:
        code = Code(_text(learner, "ResponseCode"))
    except ValueError:
        raise NotUnderstood("There is no known response code in the answer.") from None
    flags = [(each.text or "").strip() for each in learner.findall("FailureFlag")]
    found = _text(learner, "ULN") or uln
    if searched != uln or (code is Code.MATCH and found != uln):
        raise NotUnderstood("The answer is about another ULN.")
    if code.is_match and any(flags):
        raise NotUnderstood("The answer is a match with flags of what does not match.")
    is_linked = code in {Code.LINKED_MATCH, Code.SIMILAR_LINKED}
    return VerificationAnswer(
        code=code,
        flags=tuple(dict.fromkeys(flag for flag in flags if flag in FLAGS)),
        master_uln=found if is_linked and found != uln else None,
    )


def _add_element(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _text(parent: Element, name: str) -> str:
    return (parent.findtext(name) or "").strip()


def _body(content: bytes) -> Element:
    """Return the envelope's body; entities, document types and references are refused."""
    try:
        envelope = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        kind = type(error).__name__
        raise NotUnderstood(f"The answer is not XML to be read: {kind}.") from None
    body = envelope.find(f"{{{SOAP}}}Body")
    if envelope.tag != f"{{{SOAP}}}Envelope" or body is None:
        raise NotUnderstood("The answer is not a SOAP envelope.")
    return body


def _fault(fault: Element) -> LrsFault:
    """Return the fault for LRS's code; an unknown code is a failure on their side."""
    said = (each for each in fault.iter() if each.tag.endswith("ErrorCode"))
    code = next((each.text or "" for each in said), "").strip()
    return FAULTS.get(code, Unreachable)(f"LRS answers with fault {code or 'unnamed'}.")
