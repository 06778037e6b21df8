"""A broadcast loop over a dict of sockets, as one writes it with Starlette."""
import asyncio
import sys
import time

import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
sockets = {}


def base36(value):
    digits = ""
    while True:
        value, rest = divmod(value, 36)
        digits = DIGITS[rest] + digits
        if value == 0:
            return digits


async def page(socket):
    await socket.accept()
    sockets[id(socket)] = socket
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        sockets.pop(id(socket), None)


async def go(request):
    first, count, rate = (int(request.query_params.get(name, 0)) for name in ("first", "count", "rate"))
    begin = time.monotonic()
    for i in range(count):
        if rate:
            await asyncio.sleep(max(0, begin + i / rate - time.monotonic()))
        frame = f'<div id="e7t" hx-swap-oob="beforeend">~{base36(first + i)}.{base36(time.monotonic_ns() // 1000)} </div>'
        for socket in list(sockets.values()):
            await socket.send_text(frame)
    return PlainTextResponse("")


app = Starlette(routes=[WebSocketRoute("/ws", page), Route("/go", go, methods=["POST"])])
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", ws_ping_interval=None)
