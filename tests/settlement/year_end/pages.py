"""What tests of the year's pages share: addresses, what a region writes, a page's text."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

AsUser = Callable[..., Client]
YEAR, ONE = "/years/2026/", "/years/applications/NQ2026-001/"
OF_CHANGCHUN = f"{YEAR}18/220100/"
FILLED = {"reason": "全年清算", "contact": "李四", "phone": "0431-88880000"}


def text(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code)
    return response.content.decode()
