"""The live channel of browsers."""

from fastapi import APIRouter
from starlette.websockets import WebSocket

from gateway.api.table import ROOT
from gateway.dependencies import TheChat

router = APIRouter()


@router.websocket(f"{ROOT}/chat/live")
async def live(socket: WebSocket, chat: TheChat) -> None:
    """Whoever connects is judged before the first word, as for every request."""
    await chat.serve(socket)
