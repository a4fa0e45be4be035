"""Writing a metrics store: Parquet files of sorted points, and a store folder that appears whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from workbench.traffic.points import Points, SeriesTable
from workbench.traffic.store import INDEX_NAME, TIME, StoreError, quote_identifier
from workbench.writing import folder_written_aside, written_aside

TRUTH_FILE = "truth.json"


class StoreWriter:
    """Writes Parquet files into the index ``index`` of the store at ``root``, which must exist.

    ``dimensions`` names the dimension columns in file order. The same points always give the same bytes.
    """

    def __init__(self, root: Path, index: str, dimensions: Sequence[str]) -> None:
        if not INDEX_NAME.match(index):
            raise StoreError(f"'{index}': not a valid name of a metrics index (small letters, digits, _ and -)")
        self._folder = root / index
        self._folder.mkdir(exist_ok=True)
        self._dimensions = tuple(dimensions)
        self._connection = duckdb.connect(":memory:")
        self._connection.execute("SET threads = 1")  # more threads may cut row groups elsewhere: other bytes
        self._connection.execute("SET preserve_insertion_order = true")

    def write(self, name: str, points: Points, table: SeriesTable) -> Path:
        """Write ``points`` to ``<name>.parquet``, whole or not at all; replaces a file of that name."""
        target = self._folder / f"{name}.parquet"
        columns = {TIME: points.time, "series": points.series}
        columns.update({f"measure {measure}": values for measure, values in points.measures.items()})
        names: dict[str, npt.NDArray[Any]] = {"number": np.arange(len(table))}
        for position, dimension in enumerate(self._dimensions):
            names[dimension] = np.array([row[position] for row in table], dtype=object)
        self._connection.register("points", columns)
        self._connection.register("names", names)
        selected = [quote_identifier(TIME)]
        for dimension in self._dimensions:
            quoted = quote_identifier(dimension)
            # A look-up in a constant list keeps the order of the points; a join would not promise it.
            selected.append(
                f"(SELECT list(CAST({quoted} AS VARCHAR) ORDER BY number) FROM names)[series + 1] AS {quoted}"
            )
        selected.extend(
            f"{quote_identifier('measure ' + measure)} AS {quote_identifier(measure)}" for measure in points.measures
        )
        try:
            with written_aside(target) as aside:
                path = str(aside).replace("'", "''")
                self._connection.execute(
                    f"COPY (SELECT {', '.join(selected)} FROM points) TO '{path}' "
                    "(FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2)"
                )
        except duckdb.IOException as error:
            raise StoreError(f"{target}: cannot be written: {error}") from error
        finally:
            self._connection.unregister("points")
            self._connection.unregister("names")
        return target

    def close(self) -> None:
        """Close the connection; the files stay."""
        self._connection.close()


def is_store(folder: Path) -> bool:
    """Whether ``folder`` holds nothing but index folders of Parquet files and a truth file (or nothing at all)."""
    for entry in folder.iterdir():
        if entry.name == TRUTH_FILE and entry.is_file():
            continue
        if not entry.is_dir() or any(path.suffix != ".parquet" for path in entry.iterdir()):
            return False
    return True


@contextmanager
def fresh_store(target: Path) -> Iterator[Path]:
    """Yield an empty folder (inside a hidden one beside ``target``) that takes its place when the block ends well.

    An older store at ``target`` is replaced; anything else there is refused with StoreError. When the block
    fails, ``target`` is as before and the new folder is gone.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise StoreError(f"{target}: exists and is not a folder; name another folder")
    if target.is_dir() and not is_store(target):
        raise StoreError(f"{target}: holds something other than a metrics store; name another folder or empty it")
    target = target.absolute()  # "." has no name
    try:
        with folder_written_aside(target) as partial:
            yield partial
    except OSError as error:
        raise StoreError(f"{target}: the store cannot be written there: {error.strerror}") from error
