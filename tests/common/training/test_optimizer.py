"""The learning rate ends at zero, and only matrices decay."""

from stages.common.training.optimizer import Plan, make_optimizer
from tests.project import tiny_model

PLAN = Plan(None, steps=6, seed=0, save_every=5, batch_size=4, lr=1.0, weight_decay=0.01, warmup=2)


def test_the_rate_ends_at_zero_in_the_last_step():
    optimizer, schedule = make_optimizer(tiny_model()[0], PLAN)
    rates = []
    for _ in range(6):
        rates.append(round(schedule.get_last_lr()[0], 3))
        optimizer.step()
        schedule.step()
    assert rates == [0.5, 1.0, 0.854, 0.5, 0.146, 0.0]


def test_gains_biases_and_the_scale_do_not_decay():
    model = tiny_model()[0]
    optimizer, _ = make_optimizer(model, PLAN)
    decay = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    kept = {name for name, p in model.named_parameters() if not decay[id(p)]}
    plain = ("bias", "ln_1.weight", "ln_2.weight", "ln_pre.weight", "ln_post.weight", "ln_final.weight")
    assert {"logit_scale", "visual.class_embedding"} == {name for name in kept if not name.endswith(plain)}
    assert set(decay.values()) == {0.0, 0.01}
    assert decay[id(model.token_embedding.weight)] == decay[id(model.text_projection)] == 0.01


def test_the_moments_are_clips():
    """Beta2 0.98 and epsilon 1e-6, as in CLIP's paper (arXiv 2103.00020, table 18); PyTorch's are 0.999 and 1e-8."""
    optimizer, _ = make_optimizer(tiny_model()[0], PLAN)
    assert all(group["betas"] == (0.9, 0.98) and group["eps"] == 1e-6 for group in optimizer.param_groups)
