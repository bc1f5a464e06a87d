"""The loss of drive against a loop over tuples like the published code's: python -m tools.benchmarks.train_loss.

B = 64 tuples, K = 3, D = 512, forward and backward; also each method's loss in the same run.
"""

from functools import partial

import torch
import torch.nn.functional as F

from stages.common.files.params import read_block
from stages.train.losses import LOSSES
from stages.train.options import TrainOptions
from stages.common.training.terms import Embedded
from tools.benchmarks.timing import alternate

B, K, D = 64, 3, 512


def looped(images, texts, scale, options) -> torch.Tensor:
    """The mean over tuples of the paper's loss, one tuple and one negative at a time."""
    total = 0.0
    for i, t in zip(images, texts, strict=True):
        logits = scale * i @ t.T  # (K+1, K+1)
        target = torch.arange(len(logits), device=logits.device)
        clip = (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2
        for rows, delta in ((i, options.delta_image), (t, options.delta_text)):
            terms = [
                F.binary_cross_entropy_with_logits((F.cosine_similarity(rows[0], row, 0) + 1) / 2, logits.new_zeros(()))
                for row in rows[1:]
            ]
            total = total + clip * (1 + delta * sum(terms) / len(terms)) / 4
    return total / len(images)


def main() -> None:
    torch.manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    images, texts = (F.normalize(torch.randn(B, K + 1, D, device=device), dim=-1).requires_grad_() for _ in "ab")
    scale = torch.tensor(14.3, device=device, requires_grad=True)
    present = torch.ones(B, K + 1, dtype=torch.bool, device=device)
    leaves = [images, texts, scale]
    captions = F.normalize(torch.randn(B, D, device=device), dim=-1)
    ids = torch.arange(B * (K + 1), device=device).view(B, K + 1)
    batch = Embedded(images, texts, present, captions, ids, ids[:, 0])
    options = read_block("train", TrainOptions).methods
    bound = {name: partial(LOSSES[name].function, batch, scale, options[name]) for name in options}
    torch.testing.assert_close(looped(images, texts, scale, options["drive"]), bound["drive"]())

    def vectorised(method: str):
        return lambda: [torch.autograd.grad(bound[method](), leaves) for _ in range(10)]

    sides = {"loop": lambda: torch.autograd.grad(looped(images, texts, scale, options["drive"]), leaves)}
    taken = alternate(sides | {method: vectorised(method) for method in bound}, blocks=15)
    print(f"drive as a loop over tuples: {1e3 * taken['loop']:.2f} ms")
    for method in bound:
        each = taken[method] / 10
        print(f"{method}: {1e3 * each:.3f} ms, {taken['loop'] / each:.0f} times faster than the loop")


if __name__ == "__main__":
    main()
