"""open_clip's pretrained weights as a local checkpoint."""

import warnings

import open_clip

from stages.common.errors import InputError


def pretrained_model(name: str, tag: str) -> tuple[open_clip.CLIP, dict]:
    """A pretrained model and its open_clip configuration.

    A model whose activation is not the one its weights were trained with would lose accuracy in
    silence: open_clip's warning of that QuickGELU mismatch is an InputError here.
    """
    if open_clip.get_model_config(name) is None:
        raise InputError(f"params.yaml: base.model {name!r} is unknown to open_clip; see open_clip.list_models()")
    tags = open_clip.list_pretrained_tags_by_model(name)
    if tag not in tags:
        raise InputError(f"params.yaml: base.pretrained {tag!r} is not one of {name}'s: {', '.join(tags)}")
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="QuickGELU mismatch")
        try:
            model = open_clip.create_model(name, pretrained=tag)
        except UserWarning as error:
            raise InputError(f"{error} Set base.model to {name}-quickgelu (or drop -quickgelu)") from None
        except (RuntimeError, OSError) as error:
            raise InputError(
                f"cannot fetch {name} {tag} ({error}); connect to the network for this one stage, "
                "or run where its download is cached"
            ) from None
    config = {"model_cfg": open_clip.get_model_config(name), "preprocess_cfg": model.visual.preprocess_cfg}
    return model, config
