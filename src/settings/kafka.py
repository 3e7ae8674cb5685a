"""The settings for publishing to Apache Kafka."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr

from settings.parts import Part, variable

SASL = ("kafka_user", "kafka_password")
TLS = ("kafka_authority", "kafka_certificate", "kafka_key")


class KafkaSettings(Part):
    """The addresses of the brokers, and the connection's security."""

    kafka: Annotated[
        str | None,
        Field(
            pattern=r"^[^\s:,]+:[0-9]+(\s*,\s*[^\s:,]+:[0-9]+)*$",
            description="Apache Kafka brokers, host:port,host:port; nothing is"
            " published if there are none.",
        ),
    ] = None
    kafka_security: Annotated[
        str,
        Field(
            pattern=r"^(PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL)$",
            description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.",
        ),
    ] = "PLAINTEXT"
    kafka_mechanism: Annotated[
        str,
        Field(
            pattern=r"^(PLAIN|SCRAM-SHA-256|SCRAM-SHA-512)$",
            description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512.",
        ),
    ] = "SCRAM-SHA-512"
    kafka_user: Annotated[
        str | None, Field(min_length=1, description="Who we are to Kafka, by SASL.")
    ] = None
    kafka_password: Annotated[
        SecretStr | None, Field(min_length=1, description="The password of that user.")
    ] = None
    kafka_password_file: Annotated[
        Path | None, Field(description="A file of that password, in its place.")
    ] = None
    kafka_authority: Annotated[
        Path | None,
        Field(
            description="Who signs the brokers' certificates, as PEM, if not a public"
            " authority."
        ),
    ] = None
    kafka_certificate: Annotated[
        Path | None, Field(description="The certificate that we show Kafka, as PEM.")
    ] = None
    kafka_key: Annotated[
        Path | None, Field(description="The key of that certificate, as PEM.")
    ] = None

    def kafka_faults(self) -> dict[str, str]:
        """Return what is missing or unusable in the settings for Kafka, by variable."""
        security = self.kafka_security
        given = {n for n in type(self).model_fields if getattr(self, n) is not None}
        needed = SASL if security.startswith("SASL_") else ()
        faults = {
            name: f"is not set, and {variable('kafka_security')} is {security}."
            f" {self.describe(name)}"
            for name in needed
            if name not in given
        }
        unread = (SASL if not needed else ()) + (
            () if security.endswith("SSL") else TLS
        )
        faults |= {
            name: f"is of no use while {variable('kafka_security')} is {security}."
            for name in unread
            if name in given
        }
        for name, other in (TLS[1:], TLS[:0:-1]):
            if name in given and other not in given:
                faults[other] = (
                    f"is not set, and {variable(name)} is. Set both, or none."
                )
        for name in TLS:
            file = getattr(self, name)
            if file is not None and not file.is_file():
                faults.setdefault(name, f"There is no file {file}.")
        return {variable(name): fault for name, fault in faults.items()}
