"""The loss of drive against a loop over tuples like the published code's: python -m tools.benchmarks.train_loss.

B = 64 tuples, K = 3, D = 512, forward and backward; also the loss of each of train.methods in the same run.
"""

import torch
import torch.nn.functional as F

from stages.common.params import load_params
from stages.train.losses import LOSSES
from stages.train.terms import Embedded
from tools.benchmarks.timing import alternate

B, K, D = 64, 3, 512
DELTA_IMAGE, DELTA_TEXT = 1.2233, 0.615


def looped(images, texts, scale) -> torch.Tensor:
    """The mean over tuples of the paper's loss, one tuple and one negative at a time."""
    total = 0.0
    for i, t in zip(images, texts, strict=True):
        logits = scale * i @ t.T  # (K+1, K+1)
        target = torch.arange(len(logits), device=logits.device)
        clip = (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2
        for rows, delta in ((i, DELTA_IMAGE), (t, DELTA_TEXT)):
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
    batch = Embedded(images, texts, present, captions)
    methods = load_params()["train"]["methods"] | {"drive": {"delta_image": DELTA_IMAGE, "delta_text": DELTA_TEXT}}

    def loss(method: str) -> torch.Tensor:
        function, options = LOSSES[method].function, LOSSES[method].options(**methods[method])
        return function(batch, scale, options)

    torch.testing.assert_close(looped(images, texts, scale), loss("drive"))

    def vectorised(method: str):
        return lambda: [torch.autograd.grad(loss(method), leaves) for _ in range(10)]

    sides = {"loop": lambda: torch.autograd.grad(looped(images, texts, scale), leaves)}
    taken = alternate(sides | {method: vectorised(method) for method in methods}, blocks=15)
    print(f"drive as a loop over tuples: {1e3 * taken['loop']:.2f} ms")
    for method in methods:
        each = taken[method] / 10
        print(f"{method}: {1e3 * each:.3f} ms, {taken['loop'] / each:.0f} times faster than the loop")


if __name__ == "__main__":
    main()
