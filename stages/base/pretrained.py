"""open_clip's pretrained weights as a local checkpoint."""

import open_clip

from stages.common.errors import InputError


def pretrained_model(name: str, tag: str) -> tuple[open_clip.CLIP, dict]:
    """A pretrained model and its open_clip configuration.

    A model whose activation is not the one its weights were trained with would lose accuracy with
    no more than a warning of open_clip's: that mismatch is an InputError here, before the download.
    """
    if open_clip.get_model_config(name) is None:
        raise InputError(f"params.yaml: base.model {name!r} is unknown to open_clip; see open_clip.list_models()")
    tags = open_clip.list_pretrained_tags_by_model(name)
    if tag not in tags:
        raise InputError(f"params.yaml: base.pretrained {tag!r} is not one of {name}'s: {', '.join(tags)}")
    quick = open_clip.get_model_config(name).get("quick_gelu", False)
    if open_clip.get_pretrained_cfg(name, tag).get("quick_gelu", False) != quick:
        other = name.removesuffix("-quickgelu") if quick else f"{name}-quickgelu"
        raise InputError(
            f"params.yaml: QuickGELU mismatch between base.model {name!r} and the weights {tag!r}; "
            f"set base.model to {other}"
        )
    try:
        model = open_clip.create_model(name, pretrained=tag)
    except (RuntimeError, OSError) as error:
        raise InputError(
            f"cannot fetch {name} {tag} ({' '.join(str(error).split())}); connect to the network for this "
            "one stage, or run where its download is cached"
        ) from None
    config = {"model_cfg": open_clip.get_model_config(name), "preprocess_cfg": model.visual.preprocess_cfg}
    return model, config
