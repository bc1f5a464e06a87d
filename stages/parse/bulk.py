"""Parses many captions as one Stanza document, and splits the result into one tree a caption."""

from bisect import bisect_right

import stanza

BREAK = "\n\n"  # Stanza never joins sentences across a blank line


def parse_captions(pipeline: stanza.Pipeline, captions: list[str]) -> list[list[dict]]:
    """The words of each caption, as in the table of parses.

    A caption of several sentences keeps all their words in one list, each sentence with its own root.
    """
    starts = [0]
    for caption in captions:
        starts.append(starts[-1] + len(caption) + len(BREAK))
    trees: list[list[dict]] = [[] for _ in captions]
    for sentence in pipeline(BREAK.join(captions)).sentences:
        row = bisect_right(starts, sentence.tokens[0].start_char) - 1
        first = len(trees[row])  # words of the sentences before
        for word in sentence.words:
            # words of a contraction lie inside their token, `parent`; Stanza knows the place of some only
            start = word.start_char if word.start_char is not None else word.parent.start_char
            end = word.end_char if word.end_char is not None else word.parent.end_char
            trees[row].append(
                {
                    "text": word.text,
                    "lemma": word.lemma or word.text,
                    "upos": word.upos,
                    "feats": word.feats or "",
                    "head": word.head + first if word.head else 0,
                    "deprel": word.deprel,
                    "start": start - starts[row],
                    "end": end - starts[row],
                }
            )
    return trees
