"""A Spark session for the command line, and what any session needs for pieces to travel."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pyspark.sql import SparkSession

from provenance.spark.pieces import PIECE

#: What Spark hands to Python at a time: a row may be a piece of 4 MB, so bytes bound a batch before rows do.
ROWS, BYTES = 1024, 64 << 20
SETTINGS = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(ROWS),
    "spark.sql.execution.arrow.maxBytesPerBatch": str(BYTES),
    "spark.sql.session.timeZone": "UTC",
    # rows are few and large: code made for them costs more to compile than it saves
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    # of Parquet as many rows at a time as make BYTES: 256 of 4 MB broke a heap of 3 GB
    "spark.sql.parquet.columnarReaderBatchSize": str(BYTES // PIECE),
    # a writer for each table that a round makes, instead of sorting all that it made by table
    "spark.sql.maxConcurrentOutputFileWriters": "64",
    # what travels is compressed already
    "spark.shuffle.compress": "false",
    "spark.shuffle.spill.compress": "false",
    # a round gives the same again wherever it runs anew; to hash what it made took 58 of 1,012 samples of Java's tasks
    "spark.sql.shuffle.orderIndependentChecksum.enabled": "false",
    # a shuffle's files go when Java collects the object that stands for it, else only twice an hour
    "spark.cleaner.periodicGC.interval": "3min",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # a task that fails on one machine is tried again on another; one lost executor is not the end of a job
    "spark.task.maxFailures": "4",
}

#: On one machine Java and Python share the cores. Java moves bytes and little else: what its optimising compiler and
#: a collector beside the work cost there they never save (10,000 articles: 34 processor seconds of Java, and not 56).
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseParallelGC"


#: And a round's pieces lie on its own disk: a checksum beside each file, which nobody asks for, doubles the files, and
#: a process is begun for each (`chmod`; 10,000 articles: 89 processor seconds, and not 96).
PLAIN = "org.apache.hadoop.fs.RawLocalFileSystem"


def open_session(master: str, **more: str) -> SparkSession:
    """A session at `master`. Workers run this interpreter, and find this package where it is found here."""
    place = str(Path(__file__).resolve().parent.parent.parent)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("provenance")
    if master.startswith("local"):
        known = os.environ.get("PYTHONPATH")
        path = place + (os.pathsep + known if known else "")
        os.environ["PYTHONPATH"] = path
        builder = builder.config("spark.executorEnv.PYTHONPATH", path)
        builder = builder.config("spark.hadoop.fs.file.impl", PLAIN)
        for side in ("driver", "executor"):
            builder = builder.config(f"spark.{side}.extraJavaOptions", JAVA)
    for name, value in (SETTINGS | more).items():
        builder = builder.config(name, value)
    session = builder.master(master).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
