"""The Polars namespace `provenance` on DataFrame and LazyFrame; importing this module registers it.

Type checkers do not see namespaces: `provenance.clean`, `removals` and `sketch` do the same, typed, and fit
`frame.pipe(provenance.clean, text="body")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

import polars as pl

from provenance.cleaning import Frame, clean, removals
from provenance.pipeline import scan
from provenance.signatures import sketch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from provenance.reports.runs import Run
    from provenance.settings import Settings


@pl.api.register_dataframe_namespace("provenance")
@pl.api.register_lazyframe_namespace("provenance")
class Provenance(Generic[Frame]):
    """What a frame of articles can do; columns are guessed where none is named."""

    def __init__(self, frame: Frame) -> None:
        self._frame: Frame = frame

    def clean(
        self,
        *,
        text: str | None = None,
        id: str | None = None,  # noqa: A002  the name of the setting and of the column
        published: str | None = None,
        outlet: str | None = None,
        keep: str = "origin",
        passages: str = "keep",
        drop: Sequence[str] = (),
        settings: Settings | None = None,
        verdicts: pl.DataFrame | str | Path | None = None,
    ) -> Frame:
        """The frame without duplicates and near duplicates, lazy in and lazy out; see `provenance.clean`.

        >>> import provenance.frames
        >>> said = "The ferry ran aground on the bar at dawn, and nobody was hurt, the owner of the line said."
        >>> lazy = pl.LazyFrame({"id": ["a", "b"], "body": [said, said]})
        >>> lazy.provenance.clean(text="body", keep="first").collect()["id"].to_list()
        ['a']
        """
        return clean(
            self._frame, text=text, id=id, published=published, outlet=outlet, keep=keep, passages=passages, drop=drop,
            settings=settings, verdicts=verdicts,
        )  # fmt: skip

    def removals(
        self,
        *,
        text: str | None = None,
        id: str | None = None,  # noqa: A002  as above
        published: str | None = None,
        outlet: str | None = None,
        keep: str = "origin",
        passages: str = "keep",
        drop: Sequence[str] = (),
        settings: Settings | None = None,
        verdicts: pl.DataFrame | str | Path | None = None,
    ) -> Frame:
        """REMOVALS: what `clean` leaves out, why, and what stays; lazy in and lazy out; see `provenance.removals`.

        >>> import provenance.frames
        >>> said = "The ferry ran aground on the bar at dawn, and nobody was hurt, the owner of the line said."
        >>> frame = pl.DataFrame({"id": ["a", "b"], "body": [said, said]})
        >>> frame.provenance.removals(text="body", keep="first").select("doc_id", "counterpart").rows()
        [('b', 'a')]
        """
        return removals(
            self._frame, text=text, id=id, published=published, outlet=outlet, keep=keep, passages=passages, drop=drop,
            settings=settings, verdicts=verdicts,
        )  # fmt: skip

    def sketch(
        self,
        *,
        text: str | None = None,
        id: str | None = None,  # noqa: A002  as above
        settings: Settings | None = None,
    ) -> pl.DataFrame:
        """SIGNATURES, read now also from a lazy frame; see `provenance.sketch`.

        >>> import provenance.frames
        >>> pl.DataFrame({"body": ["the ferry ran aground on the bar at dawn"]}).provenance.sketch()["doc_id"].to_list()
        ['frame#1']
        """
        return sketch(self._frame, text=text, id=id, settings=settings)

    def scan(
        self,
        settings: Settings | None = None,
        *,
        text: str | None = None,
        id: str | None = None,  # noqa: A002  as above
        published: str | None = None,
        outlet: str | None = None,
        title: str | None = None,
        url: str | None = None,
    ) -> Run:
        """Everything a scan finds, read now also from a lazy frame; see `provenance.scan`.

        >>> import provenance.frames
        >>> said = "The ferry ran aground on the bar at dawn, and nobody was hurt, the owner of the line said."
        >>> pl.DataFrame({"said": [said, said]}).provenance.scan(text="said").matches["relation"].to_list()
        ['duplicate']
        """
        return scan(self._frame, settings, text=text, id=id, published=published, outlet=outlet, title=title, url=url)
