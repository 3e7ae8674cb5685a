"""The actor of commands on users."""

from cli.messages import USAGE, refuse
from cli.session import CHANNEL, SERVICE, get_user
from projections.centres import users
from service import Service
from store import Actor


def asking(service: Service, name: str) -> Actor:
    """Return the actor: a user or, for the very first user, the service itself."""
    if name:
        return get_user(service, name).actor(CHANNEL)
    service.read_models.catch_up()
    with service.read_models.connection() as connection:
        if users.search_users(connection, centre=None, limit=1).rows:
            refuse(USAGE, "Say who asks for it: --as USER")
    return SERVICE
