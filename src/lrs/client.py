"""The client of LRS over HTTP: verifyLearner, with a client certificate and timeouts."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic, sleep

import httpx2
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
)
from tenacity.wait import wait_random_exponential

from aggregates.learners.details import Details
from aggregates.learners.verification import VerificationAnswer
from lrs import messages
from lrs.faults import NotUnderstood, OrganisationRefused, Unreachable
from lrs.organisation import Organisation

ATTEMPTS = 3
"""How often a request is sent before LRS counts as unreachable (d)."""

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0
LARGEST_ANSWER = 64 * 1024
XML = ("text/xml", "application/xml", "application/soap+xml")
REFUSED = (401, 403)
OK, FAULT = 200, 500


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Timeouts in seconds: to connect, between two reads, and for one request (d)."""

    connect: float = 3.0
    read: float = 8.0
    whole: float = 10.0


class Client:
    """The ``Verifier`` that calls the real LRS. It is safe for several threads.

    ``url`` is that of the SOAP service. ``sleep`` waits between two attempts.
    """

    def __init__(
        self,
        url: str,
        organisation: Organisation,
        *,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = sleep,
    ) -> None:
        self._url = url
        self._organisation = organisation
        self._patience = patience or Patience()
        self._http = httpx2.Client(
            verify=organisation.ssl_context(),
            timeout=httpx2.Timeout(self._patience.read, connect=self._patience.connect),
            follow_redirects=False,
        )
        self._retrying = Retrying(
            stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(self._patience.whole),
            wait=wait_random_exponential(FIRST_PAUSE, LONGEST_PAUSE),
            retry=retry_if_exception_type(Unreachable),
            sleep=sleep,
            reraise=True,
        )

    def verify(self, details: Details) -> VerificationAnswer:
        """Verify one learner, in up to ATTEMPTS requests. Raises an LrsFault.

        Only Unreachable is tried again.
        """
        content = messages.request(details, self._organisation)
        said = self._retrying.copy()(self._ask, content)
        return messages.answer(said, details.uln or "")

    def close(self) -> None:
        self._http.close()

    def _ask(self, content: bytes) -> bytes:
        """Send the request once and return the XML of the response.

        Raises Unreachable, OrganisationRefused, NotUnderstood.
        """
        until = monotonic() + self._patience.whole
        headers = {
            "Content-Type": "text/xml; charset=utf-8",
            "SOAPAction": '""',
            "Accept-Encoding": "identity",
        }
        try:
            with self._http.stream(
                "POST", self._url, content=content, headers=headers
            ) as response:
                _require_xml(response)
                return _read_body(response, until)
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            raise Unreachable(f"LRS does not answer: {type(error).__name__}.") from None


def _require_xml(response: httpx2.Response) -> None:
    """Raise an LrsFault unless the response is plain XML with status 200 or 500.

    Status 500 is that of a SOAP fault, which says in XML what is wrong.
    """
    status = response.status_code
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    is_xml = kind in XML and "Content-Encoding" not in response.headers
    if status == OK and not is_xml:
        raise NotUnderstood("LRS does not answer in plain XML.")
    if status in REFUSED:
        raise OrganisationRefused(f"LRS answers with HTTP status {status}.")
    if status > FAULT or (status == FAULT and not is_xml):
        raise Unreachable(f"LRS answers with HTTP status {status}.")
    if status not in {OK, FAULT}:
        raise NotUnderstood(f"LRS answers with HTTP status {status}.")


def _read_body(response: httpx2.Response, until: float) -> bytes:
    """Read the body of a response, up to LARGEST_ANSWER bytes.

    ``until`` is a time of ``monotonic()``. Raises NotUnderstood for a longer body and
    Unreachable if the body is not complete by then.
    """
    read = bytearray()
    for chunk in response.iter_raw():
        read += chunk
        if len(read) > LARGEST_ANSWER:
            raise NotUnderstood("LRS answers at greater length than any answer has.")
        if monotonic() > until:
            raise Unreachable("LRS does not come to the end of its answer.")
    return bytes(read)
