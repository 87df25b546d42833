"""Queries reach the pages as they were sent: the framework would pass on an empty one in place of a long one."""

from __future__ import annotations

from google.protobuf.message import DecodeError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from gepnet_core.query_string import MOST_CHARACTERS, MOST_PARTS, bounded


class WholeQuery:
    """Put a short query that says how long it was in place of one that the framework would drop."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; look into long messages of a browser's websocket."""

        async def looked_through() -> Message:
            message = await receive()
            told = message.get("bytes") if message["type"] == "websocket.receive" else None
            if told and (len(told) > MOST_CHARACTERS or told.count(b"&") >= MOST_PARTS):
                message = {**message, "bytes": _bounded(told)}
            return message

        await self.app(scope, looked_through if scope["type"] == "websocket" else receive, send)


def _bounded(told: bytes) -> bytes:
    """Return a message with its query bounded, or as it is where it holds none or cannot be read."""
    message = BackMsg()
    try:
        message.ParseFromString(told)
    except DecodeError:  # the framework closes the connection
        return told
    if message.WhichOneof("type") != "rerun_script":
        return told
    asked = message.rerun_script.query_string
    if bounded(asked) == asked:
        return told
    message.rerun_script.query_string = bounded(asked)
    return message.SerializeToString()
