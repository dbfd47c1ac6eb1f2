"""For those who run datasketch already: an index fills a MinHashLSH, in memory and on a real Redis."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import polars as pl
import pytest

from provenance import fill_lsh, minhashes, sketch
from provenance.index import Index
from provenance.settings import Settings
from tests.strategies import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datasketch import MinHashLSH

HOW = Settings(rewritten="off")
TEXTS = {name: f"{SENTENCES[at]} {SENTENCES[at + 1]}" for at, name in enumerate(("quay", "ferry", "market"))}


@pytest.fixture(scope="module")
def redis_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a redis-server of this test's own."""
    pytest.importorskip("redis", reason="no redis here: pip install provenance-news[test]")
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("no redis-server here: apt-get install redis-server")
    folder = tmp_path_factory.mktemp("redis")
    socket = folder / "redis.sock"
    command = [program, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        said = []
        for line in server.stdout:
            said.append(line)
            if "ready to accept connections" in line.lower():
                break
        else:
            raise AssertionError("".join(said))
        yield socket
        server.terminate()


def filled(lsh: MinHashLSH, path: Path) -> None:
    """An index of TEXTS -> the LSH; the second time nothing is left to do."""
    with Index.open(path / "seen", HOW) as index:
        index.add(pl.DataFrame({"id": list(TEXTS), "text": list(TEXTS.values())}))
        assert fill_lsh(lsh, index.signatures(), index.settings) == len(TEXTS)
        assert fill_lsh(lsh, index.signatures(), index.settings) == 0


def found(lsh: MinHashLSH) -> list[list[str]]:
    """What the LSH says of each text, and of one that is nothing like them."""
    asked = minhashes(sketch(pl.DataFrame({"id": [*TEXTS, "other"], "text": [*TEXTS.values(), SENTENCES[5]]})))
    return [sorted(lsh.query(one)) for one in asked.values()]


def test_an_index_fills_an_lsh_in_memory(tmp_path: Path) -> None:
    from datasketch import MinHashLSH  # noqa: PLC0415  slow to import

    lsh = MinHashLSH(threshold=0.8, num_perm=HOW.num_perm)
    filled(lsh, tmp_path)
    assert found(lsh) == [["ferry"], ["market"], [], ["quay"]]


def test_an_index_fills_an_lsh_on_redis(tmp_path: Path, redis_socket: Path) -> None:
    from datasketch import MinHashLSH  # noqa: PLC0415  slow to import

    storage = {"type": "redis", "basename": b"seen", "redis": {"unix_socket_path": str(redis_socket)}}
    filled(MinHashLSH(threshold=0.8, num_perm=HOW.num_perm, storage_config=storage), tmp_path)
    # another process that comes later finds what is there
    later = MinHashLSH(threshold=0.8, num_perm=HOW.num_perm, storage_config=storage)
    assert found(later) == [["ferry"], ["market"], [], ["quay"]]


def test_an_lsh_of_other_permutations_is_refused(tmp_path: Path) -> None:
    from datasketch import MinHashLSH  # noqa: PLC0415  slow to import

    with pytest.raises(ValueError, match="128"):
        filled(MinHashLSH(threshold=0.8, num_perm=64), tmp_path)
