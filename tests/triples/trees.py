"""Trees in a line: "A/DET/2/det man/NOUN/0/root riding:ride/VERB/2/acl"."""

from stages.triples.tree import Tree, Word, make_tree


def tree_of(line: str) -> Tree:
    """Words as form[:lemma]/UPOS/head/deprel[/feats], separated by spaces."""
    words = []
    for item in line.split():
        form, upos, head, deprel, *feats = item.split("/")
        text, _, lemma = form.partition(":")
        words.append(Word(text, lemma or text.lower(), upos, "".join(feats), int(head), deprel))
    return make_tree(words)
