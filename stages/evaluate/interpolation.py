"""What the models between base and a method reach."""

from collections.abc import Callable

import open_clip
import pandas as pd

from stages.common.clip.wise_ft import interpolate


def interpolations(
    base: open_clip.CLIP,
    tuned: open_clip.CLIP,
    alphas: list[float],
    measure: Callable[[open_clip.CLIP], dict[str, float]],
) -> pd.DataFrame:
    """A row an alpha: `alpha` and what `measure` says of the model with the weights in between.

    Columns alpha, relation and retention. `tuned` carries the interpolated weights while it is measured,
    and its own again afterwards.
    """
    own = {name: tensor.clone() for name, tensor in tuned.state_dict().items()}
    rows = []
    for alpha in alphas:
        tuned.load_state_dict(interpolate(base.state_dict(), own, alpha))
        rows.append({"alpha": float(alpha)} | measure(tuned))
    tuned.load_state_dict(own)
    return pd.DataFrame(rows, columns=["alpha", "relation", "retention"])
