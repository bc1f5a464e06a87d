"""Rows of the table of triples from rows of the table of parses."""

from stages.common.text import triple_text
from stages.triples.repair import repair
from stages.triples.rules import extract
from stages.triples.tree import Word, make_tree


def triple_rows(
    parses: list[dict],
    captions: dict[int, tuple[int, str]],
    lexicon: dict[str, bool],
    with_secondary: bool,
    first_id: int,
) -> list[dict]:
    """The triples of some parses, numbered from `first_id` in the order of captions and verbs.

    `captions` gives each caption's image and split; without `with_secondary`, triples of rank 1 (an
    oblique beside a direct object) are left out.
    """
    rows = []
    for parse in parses:
        image_id, split = captions[parse["caption_id"]]
        words = [
            Word(w["text"], w["lemma"] or w["text"], w["upos"], w["feats"] or "", w["head"], w["deprel"])
            for w in parse["words"]
        ]
        for triple in extract(repair(make_tree(words), lexicon), lexicon):
            if triple.rank and not with_secondary:
                continue
            rows.append(
                triple._asdict()
                | {
                    "triple_id": first_id + len(rows),
                    "caption_id": parse["caption_id"],
                    "image_id": image_id,
                    "split": split,
                    "text": triple_text(*triple[:5], triple.passive),
                    "dynamic": lexicon.get(triple.relation),
                }
            )
    return rows
