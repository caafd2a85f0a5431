"""Chat on one screen: rooms and what is said in them."""

from kit.service import Service
from kit.service_runner import run
from services.chat.config import Settings
from services.chat.public_room import open_public_room
from services.chat.rpc.messages import Messages
from services.chat.rpc.rooms import Rooms


def chat(settings: Settings) -> Service:
    """People talking to one another, all together or in pairs."""
    return Service(
        name="chat",
        settings=settings,
        records=[Rooms, Messages],
        started=[open_public_room],
    )


if __name__ == "__main__":
    run(chat(Settings.load()))
