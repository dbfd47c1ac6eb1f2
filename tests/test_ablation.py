"""The ablation table switches off what it says, and leaves nothing switched off."""

from __future__ import annotations

import pytest
from numba.core.dispatcher import Dispatcher

from provenance.matching.aligning import align_kernels, alignment, rewritten_kernels
from tests import ablation
from tests.figures import scan


@pytest.mark.parametrize("name", ablation.VARIANTS)
def test_each_variant_replaces_names_that_are_there_and_puts_them_back(name: str) -> None:
    variant = ablation.VARIANTS[name]
    before = [dict(vars(module)) for module in ablation.MODULES]
    with ablation.replaced(variant.names):
        for module, changed in variant.names:
            assert all(getattr(module, key) is value for key, value in changed.items())
    for module, old in zip(ablation.MODULES, before, strict=True):
        assert dict(vars(module)) == old


def test_kernels_above_a_replaced_one_are_compiled_anew_and_others_are_not() -> None:
    others = align_kernels.carry_on
    with ablation.replaced(((align_kernels, {"choose_chains": ablation.keep_all}),)):
        assert isinstance(align_kernels.align_pairs, Dispatcher)
        assert not align_kernels.align_pairs.signatures
        assert align_kernels.carry_on is others
        assert alignment.align_kernels is align_kernels
    assert rewritten_kernels.align_rewritten is not None


def test_a_step_that_is_switched_off_changes_what_is_found() -> None:
    import polars as pl  # noqa: PLC0415

    text = " ".join(f"word{number}" for number in range(30))
    frame = pl.DataFrame({"id": ["a", "b"], "text": [f"“{text}.”", f"so “{text}.” he"]})
    snapped = scan(frame, until="matches").spans
    with ablation.replaced(ablation.VARIANTS["no snapping"].names):
        bare = scan(frame, until="matches").spans
    assert snapped["left_end"].item() == bare["left_end"].item() + 2
