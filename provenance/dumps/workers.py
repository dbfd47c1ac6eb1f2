"""Hostile formats are parsed in processes of their own: a crash or a hang there costs one document, not the run.

The parsers are C libraries that read what strangers wrote. A worker has limits on memory and processor time, and
answers in JSON, which can hold nothing but text. A worker that dies is replaced and asked the same once more, lest a
document pay for what the one before it leaked; if it dies again, the document is a reject.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import struct
import subprocess
import sys
import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

#: The parsers by the names under which they are asked for.
PARSERS = "provenance.dumps.parsing"
#: Processor seconds a document: the slowest of 181 news pages takes .2. Seconds by the clock, for what sleeps.
MOST_SECONDS, MOST_WAIT = 8, 60
#: Address space of a worker: the libraries take .3 GB of it, a page of 8 MB another .3.
MOST_MEMORY = 1 << 30
#: A parser that opens a file itself gets one second more for each so many of its bytes, and memory of so many times its
#: length: often all of a Parquet file is one row group, and text that holds no copies shrinks to a tenth at most.
BYTES_A_SECOND, GROWTH = 5 << 20, 16
#: Bytes that wait for their turn, over all workers.
MOST_WAITING = 32 << 20
#: The longest answer that is taken, in bytes: a text and what is said of it.
MOST_ANSWER = 256 << 20
_START = "import sys; sys.path[:] = {path!r}; from provenance.dumps.workers import serve; serve({parsers!r})"


_Thing = TypeVar("_Thing")


class Lost(NamedTuple):
    """No answer: a reject's reason and detail."""

    reason: str
    detail: str


class Question(NamedTuple):
    """Bytes to parse: by which parser, what is known of them, and what to do with the answer.

    `size` is the length of a file that the parser opens itself, 0 if `content` is all.
    """

    parser: str
    known: dict[str, Any]
    content: bytes
    then: Callable[[dict[str, Any] | Lost], None] = lambda _answer: None
    size: int = 0


class _Asked(NamedTuple):
    question: Question
    answer: Future[dict[str, Any] | Lost]


#: A fixed hash seed, so that two runs give the same text of a page whatever order a library's sets are in. Few threads
#: and arenas, for address space is limited to 1 GB: with 64 MB for each of a dozen threads one row of Parquet took .9
#: to 1.04 of it, now .33.
_ENVIRONMENT = {"PYTHONHASHSEED": "0", "POLARS_MAX_THREADS": "1", "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}


class Workers:
    """A few processes that parse; none is started before it is needed.

    >>> with Workers() as workers:
    ...     list(workers.ask([Question("page", {}, b"<p>A short page</p>", lambda answer: print(answer["text"]))]))
    A short page
    []
    """

    def __init__(self, parsers: str = PARSERS, count: int | None = None) -> None:
        self.count = count or min(8, os.cpu_count() or 1)
        self._parsers = parsers
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._threads: ThreadPoolExecutor | None = None
        self._all: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._threads is not None:
            self.end()
            self._threads.shutdown(cancel_futures=True)
            self._threads = None

    def end(self) -> None:
        """Let all processes go: nothing more is asked of them."""
        for worker in self._all:
            worker.end()

    def ask(self, things: Iterable[_Thing | Question]) -> Iterator[_Thing]:
        """Ask the questions among some things, several at a time, and give all other things on in their order.

        When a thing is given on, all questions that came before it have been answered.
        """
        waiting: deque[_Thing | _Asked] = deque()
        held = asked = 0
        for thing in things:
            if isinstance(thing, Question):
                waiting.append(_Asked(thing, self._pool().submit(self._answer, thing)))
                held, asked = held + len(thing.content), asked + 1
            else:
                waiting.append(thing)
            while waiting and (not isinstance(waiting[0], _Asked) or held > MOST_WAITING or asked > 8 * self.count):
                first = waiting.popleft()
                if isinstance(first, _Asked):
                    held, asked = held - len(first.question.content), asked - 1
                    first.question.then(first.answer.result())
                else:
                    yield first
        for first in waiting:
            if isinstance(first, _Asked):
                first.question.then(first.answer.result())
            else:
                yield first

    def answer(self, question: Question) -> dict[str, Any] | Lost:
        """Ask one question and wait for its answer."""
        return self.begin(question).result()

    def begin(self, question: Question) -> Future[dict[str, Any] | Lost]:
        """Ask one question without waiting."""
        return self._pool().submit(self._answer, question)

    def _pool(self) -> ThreadPoolExecutor:
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.count, thread_name_prefix="parsing")
            self._all = [_Worker(self._parsers) for _ in range(self.count)]
            for worker in self._all:
                self._idle.put(worker)
        return self._threads

    def _answer(self, question: Question) -> dict[str, Any] | Lost:
        worker = self._idle.get()
        try:
            answer = worker.answer(question)
            return worker.answer(question) if isinstance(answer, Lost) and answer.reason == "crashed" else answer
        finally:
            self._idle.put(worker)


class _Worker:
    """One process, started when it is first asked and again when it has died."""

    def __init__(self, parsers: str) -> None:
        self._parsers = parsers
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False
        self._starting = threading.Lock()  # so that a worker which another thread ends is not started after that

    def answer(self, question: Question) -> dict[str, Any] | Lost:
        """The answer of the parser, or why there is none."""
        try:
            process = self._started()
        except OSError as error:
            return Lost("unreadable", f"no process for its parser could be started ({error.strerror}): free memory")
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        clock = threading.Timer(MOST_WAIT + question.size / BYTES_A_SECOND, stop)
        clock.start()
        try:
            header = json.dumps(question._asdict() | {"content": None, "then": None}).encode()
            process.stdin.write(struct.pack("<II", len(header), len(question.content)) + header)
            process.stdin.write(question.content)
            process.stdin.flush()
            answer = _receive(process.stdout)
        except (OSError, ValueError):
            answer = None
        finally:
            clock.cancel()
        if answer is not None:
            return answer
        self.end(kill=True)
        return self._why_lost(process.returncode, late=late.is_set())

    def _why_lost(self, status: int, *, late: bool) -> Lost:
        if self._ended:
            return Lost("unreadable", "the run was stopped")
        if late:
            return Lost("too_complex", f"it took more than {MOST_WAIT} s to parse: extract its text yourself")
        if status in (-24, 152):  # SIGXCPU
            return Lost("too_complex", f"it took more than {MOST_SECONDS} s to parse: extract its text yourself")
        return Lost("crashed", f"its parser crashed ({f'signal {-status}' if status < 0 else f'status {status}'})")

    def _started(self) -> subprocess.Popen[bytes]:
        with self._starting:
            if self._ended:
                raise OSError(None, "the run was stopped")
            if self._process is None:
                program = _START.format(path=sys.path, parsers=self._parsers)
                self._process = subprocess.Popen(  # noqa: S603  our own program
                    [sys.executable, "-c", program],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env={**os.environ, **_ENVIRONMENT},
                )
            return self._process

    def end(self, *, kill: bool = False) -> None:
        """Let the process go."""
        with self._starting:
            self._ended = self._ended or not kill
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _receive(stream: Any) -> dict[str, Any] | None:
    size = stream.read(4)
    if len(size) < 4:
        return None
    (length,) = struct.unpack("<I", size)
    if length > MOST_ANSWER:
        return None
    octets = stream.read(length)
    answer = json.loads(octets) if len(octets) == length else None
    return answer if isinstance(answer, dict) else None


def serve(parsers: str) -> None:
    """The worker's side: answer what comes on standard input until it ends."""
    import signal  # noqa: PLC0415  the parent needs none of this

    # Ctrl-C is for the parent to handle, and so is SIGTERM, which `timeout` and systemd send to the whole group: the
    # parent closes our input then, or kills us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    given, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the answers
    offered = importlib.import_module(parsers).PARSERS
    while len(sizes := given.read(8)) == 8:
        header_size, content_size = struct.unpack("<II", sizes)
        header, content = json.loads(given.read(header_size)), given.read(content_size)
        _limit_memory(header["size"])
        _limit_seconds(header["size"])
        try:
            answer = offered[header["parser"]](content, **header["known"])
        except ImportError as error:
            answer = {"problem": ["format", f"its parser needs a library: pip install {error.name}"]}
        except MemoryError:
            answer = {"problem": ["too_complex", f"it takes more than {MOST_MEMORY >> 20} MB to parse"]}
        except RecursionError:
            answer = {"problem": ["too_complex", "it is nested too deeply to parse"]}
        except Exception as error:  # noqa: BLE001  whatever a parser of hostile bytes raises costs one document
            answer = {"problem": ["damaged", f"its parser failed ({type(error).__name__})"]}
        octets = json.dumps(answer).encode()
        answers.write(struct.pack("<I", len(octets)) + octets)
        answers.flush()


def _limit_memory(size: int) -> None:
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):  # a stricter limit is in force
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY + GROWTH * size, resource.getrlimit(resource.RLIMIT_AS)[1]))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_seconds(size: int) -> None:
    try:
        import resource  # noqa: PLC0415  not on Windows
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + MOST_SECONDS + size // BYTES_A_SECOND + 1
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))
