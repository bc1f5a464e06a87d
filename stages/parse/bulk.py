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
        trees[row] += sentence_words(sentence, len(trees[row]), starts[row])
    return trees


def sentence_words(sentence, first: int, offset: int) -> list[dict]:
    """The words of one Stanza sentence, with heads shifted by `first` words, and characters counted from `offset`."""
    rows = []
    for token in sentence.tokens:
        for word in token.words:
            # words of a contraction lie inside their token; Stanza knows the place of some only
            start = word.start_char if word.start_char is not None else token.start_char
            end = word.end_char if word.end_char is not None else token.end_char
            rows.append(
                {
                    "text": word.text,
                    "lemma": word.lemma or word.text,
                    "upos": word.upos,
                    "feats": word.feats or "",
                    "head": word.head + first if word.head else 0,
                    "deprel": word.deprel,
                    "start": start - offset,
                    "end": end - offset,
                }
            )
    return rows
