"""Many captions in one Stanza document, and back to one tree a caption."""

from bisect import bisect_right

import stanza

from stages.common.language.cleaning import Spans, clean

BREAK = "\n\n"  # Stanza never joins sentences across a blank line


def parse_captions(pipeline: stanza.Pipeline, captions: list[str]) -> list[list[dict]]:
    """The words of each caption as rows of the table of parses, with offsets into the caption.

    Parsed without the markup of the web; the offsets are those of the caption as it is. A caption that the tokenizer
    splits into several sentences keeps all their words in one list, each sentence with its own root.
    """
    lines, spans = zip(*map(clean, captions))
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + len(BREAK))
    trees: list[list[dict]] = [[] for _ in captions]
    for sentence in pipeline(BREAK.join(lines)).sentences:
        row = bisect_right(starts, sentence.tokens[0].start_char) - 1
        trees[row] += sentence_words(sentence, len(trees[row]), starts[row], spans[row])
    return trees


def sentence_words(sentence, first: int, offset: int, spans: Spans) -> list[dict]:
    """The words of one Stanza sentence: heads shifted by `first` words, characters by `-offset`, and then where `spans`
    has them."""
    rows = []
    for token in sentence.tokens:
        for word in token.words:
            # the words of a contraction lie inside their token; Stanza knows where only for some
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
                    "start": spans[start - offset][0],
                    "end": spans[end - offset - 1][1],
                }
            )
    return rows
