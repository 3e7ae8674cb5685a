"""The topics to which we publish: made once, and recognised by their ids."""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from catalogue import amount
from downstream.broker import Broker

UNKNOWN_TOPIC = 3
PARTITIONS = 12
"""The partitions of topics that we make; to have others, make the topic beforehand."""
BY_DEFAULT = -1
"""The number of replicas that the broker is configured with."""


class TopicChanged(Exception):
    """A topic is not the one published to before: nothing more is published."""


@dataclass(frozen=True, kw_only=True)
class TopicIdentity:
    """What identifies a topic: its id and its number of partitions."""

    id: str
    partitions: int


Identities = Mapping[str, TopicIdentity]
"""Topics by name."""


def why_no_answer(broker: Broker) -> str | None:
    """Say why the brokers cannot be asked for their topics; None if they answer."""
    try:
        with closing(KafkaAdminClient(**broker.options())) as admin:
            admin.list_topics()
    except (KafkaError, OSError, ValueError) as error:
        why = str(error).partition("\n")[0] or type(error).__name__
        return f"The brokers do not answer: {why}"
    return None


def find_topics(admin: Any, names: Iterable[str]) -> dict[str, TopicIdentity]:
    """Return those of these topics that exist. Raises KafkaError."""
    found = {}
    for topic in admin.describe_topics(sorted(names)):
        if topic["error_code"] == UNKNOWN_TOPIC:
            continue
        if topic["error_code"]:
            raise for_code(topic["error_code"])(topic["name"])
        partitions = len(topic["partitions"])
        identity = TopicIdentity(id=str(topic["topic_id"]), partitions=partitions)
        found[topic["name"]] = identity
    return found


def make_topics(admin: Any, names: Iterable[str]) -> None:
    """Make those of these topics that do not exist."""
    for name in sorted(set(names) - find_topics(admin, names).keys()):
        try:
            admin.create_topics([NewTopic(name, PARTITIONS, BY_DEFAULT)])
        except TopicAlreadyExistsError:
            continue  # another process was quicker


def require_same(known: Identities, found: Identities) -> None:
    """Raise TopicChanged, which says what to do, if a topic has changed."""
    for name, was in known.items():
        now = found.get(name)
        if now is None:
            what = "is gone"
        elif now.id != was.id:
            what = "was made anew: what it held is lost"
        elif now.partitions != was.partitions:
            what = (
                f"has {amount(now.partitions, 'partition')} and had {was.partitions}: the order of"
                " each centre's messages is lost"
            )
        else:
            continue
        raise TopicChanged(
            f"The topic {name} {what}. Nothing is published until somebody decides how"
            " to go on: learner-management relay --accept-topics-from POSITION (0: all"
            " again)"
        )
