"""Databases of their own on the server that PGHOST, PGPORT, PGUSER and PGPASSWORD name."""

from __future__ import annotations

import os

import psycopg

EMPTY = "template0"


def new_database(name: str, like: str = EMPTY) -> str:
    """The URL of a database made anew: empty, or a copy of one that nobody is connected to."""
    locale = " LOCALE 'C.UTF-8'" if like == EMPTY else ""
    with psycopg.connect(dbname="postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"{locale}')
    given = {key: os.environ[f"PG{key}"] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    return "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/".format(**given) + name
