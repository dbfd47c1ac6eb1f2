"""Files and folders on whatever storage Spark reaches, through its own Java."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def exists(session: SparkSession, path: str) -> bool:
    """Whether a file or folder is there."""
    system, place = _place(session, path)
    return bool(system.exists(place))


def delete(session: SparkSession, path: str) -> None:
    """Delete a file, or a folder with all that is in it, if it is there."""
    system, place = _place(session, path)
    system.delete(place, True)  # noqa: FBT003  the name of Java's argument


def write_text(session: SparkSession, path: str, text: str) -> None:
    """Write a small file."""
    system, place = _place(session, path)
    stream = system.create(place, True)  # noqa: FBT003  the name of Java's argument
    stream.write(bytearray(text.encode("utf-8")))
    stream.close()


def read_text(session: SparkSession, path: str) -> str:
    """A small file as text."""
    return "\n".join(row[0] for row in session.read.text(path, wholetext=True).collect())


def _place(session: SparkSession, path: str) -> tuple[Any, Any]:
    context: Any = session.sparkContext
    place = _path_class(context._jvm)(path)  # noqa: SLF001
    return place.getFileSystem(context._jsc.hadoopConfiguration()), place  # noqa: SLF001


@cache
def _path_class(java: Any) -> Any:
    """Hadoop's class of paths. To find it by its name looks through all jars for each part of that."""
    return java.org.apache.hadoop.fs.Path
