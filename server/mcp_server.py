"""The tools by the Model Context Protocol, over standard input and output. The one module that knows its SDK."""

from __future__ import annotations

from typing import Any

import anyio
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from evaluator.engine import Engine, engine_name
from server.tools import TOOLS, ask

ABOUT = (
    "Merit decides the rules of a partner programme. Every answer comes from the policies, with its reasons: pass them on as "
    "they are, and do not decide rules otherwise. Find ids with `ask`, what to tell with `explain`, then `decide` or `improve`."
)


def server_of(engine: Engine) -> Server[Any]:
    """Return the server over an engine: it reads, and changes nothing."""
    name, _, version = engine_name().partition(" ")

    async def list_tools(_: Any, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(
            tools=[
                types.Tool(
                    name=tool.name,
                    title=tool.title,
                    description=tool.description,
                    input_schema=dict(tool.schema),
                    annotations=types.ToolAnnotations(
                        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
                    ),
                )
                for tool in TOOLS.values()
            ]
        )

    async def call_tool(_: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        # In a thread: other messages are read meanwhile.
        text, is_problem = await anyio.to_thread.run_sync(ask, engine, params.name, params.arguments or {})
        return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=is_problem)

    return Server(name, version=version, instructions=ABOUT, on_list_tools=list_tools, on_call_tool=call_tool)


def run(engine: Engine) -> None:
    """Answer what comes on standard input until it ends."""
    server = server_of(engine)

    async def serve() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(serve)
