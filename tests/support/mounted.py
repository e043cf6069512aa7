"""Routers over an index in a small application, asked as one class of users or another."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from starlette.requests import Request

from api.access import Access
from api.errors import Problem, problem_response
from index.protocol import Index
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy

Router = Callable[..., APIRouter]
BASE = "https://catalogue.example"


@dataclass(frozen=True)
class Client:
    """Asks an application without a network."""

    app: FastAPI

    def post(self, path: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=BASE) as client:
                return await client.post(path, **options)

        return asyncio.run(send())


def who(request: Request) -> Asker:
    """By headers that only these tests know."""
    client = request.headers.get("x-client")
    return Asker(
        UserClass(request.headers.get("x-class", "anonymous")),
        signed=frozenset(filter(None, request.headers.get("x-signed", "").split(","))),
        organisation_name=request.headers.get("x-organisation"),
        client=UserClass(client) if client else None,
    )


def mounted(index: Index, router: Router, policy: Policy | None = None, **options: Any) -> Client:
    """A client of an application with this router only."""
    app = FastAPI()
    app.include_router(router(index, Access(policy or Policy(), who), lambda _: BASE, **options))
    app.add_exception_handler(Problem, lambda _, error: problem_response(error))  # type: ignore[arg-type]
    return Client(app)
