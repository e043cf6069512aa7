"""The application over an index, asked without a network as one class of users or another."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import FastAPI
from starlette.requests import Request

from api.access import Access
from api.app import Offer, create_app
from index.protocol import Index
from mappings.access.asker import Asker
from mappings.access.classes import UserClass
from mappings.access.policy import Policy

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


def mounted(index: Index, policy: Policy | None = None, **offer: Any) -> Client:
    """A client of the application; `offer` are more members of Offer."""
    return Client(create_app(index, Offer(Access(policy or Policy(), who), **offer), public_url=BASE))
