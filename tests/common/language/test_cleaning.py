"""Markup goes, text stays, and every character knows where it stood."""

import html

import numpy as np
import pytest

from stages.common.language.cleaning import clean


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("A man riding a horse.", "A man riding a horse."),
        ("A man &amp; a woman", "A man & a woman"),
        ("A man &amp a woman", "A man & a woman"),
        ("a &amp;amp; b, &amp;lt;b&amp;gt;c&amp;lt;/b&amp;gt;", "a & b, c"),
        ("&lt;p&gt;a dog&lt;/p&gt;", "a dog"),
        ("caf&eacute; &#39;s &#x2019;s", "café 's ’s"),
        ("AT&T, Q&A, R&D; &cats; &#; 5 < 6 > 4, I <3 it", "AT&T, Q&A, R&D; &cats; &#; 5 < 6 > 4, I <3 it"),
        ("&copy2020 &region", "&copy2020 &region"),
        ("<p>A man <b>riding</b> a horse</p>", "A man riding a horse"),
        ("A dog<br>chasing<br/>a cat<hr />", "A dog chasing a cat"),
        ('<a href="http://x.y/?a=1&amp;b=2" title="x">A dog</a>', "A dog"),
        ("rid<em>ing</em> <!-- a\nnote --> a horse", "riding a horse"),
        ("<PERSON> rides a <bird> <a>", "<PERSON> rides a <bird>"),
        ("rid\u00ading a ho\u200brse\ufeff", "riding a horse"),
        ("rid&shy;ing a&zwj; ho&#8203;rse", "riding a horse"),
        ("\u202ba\u202c  dog\t\r\n\u00a0\u2003on\u2028a\x00mat ", "a dog on a mat"),
        ("a&nbsp;dog &nbsp;", "a dog"),
        ("&#0; &#xD800; &#99999999999;", "\ufffd \ufffd &#99999999999;"),
        (" \u200b<br>", ""),
        ("", ""),
    ],
)
def test_what_a_reader_sees(text, seen):
    assert clean(text)[0] == seen


def test_every_word_points_into_the_text_as_it_was():
    text = "  <p>Tom&nbsp;&amp; a rid\u00ading\n&quot;cow&#34;</p>"
    seen, spans = clean(text)
    assert seen == 'Tom & a riding "cow"' and len(spans) == len(seen)
    words = {word: (seen.index(word), seen.index(word) + len(word)) for word in ("Tom", "&", "riding", '"', "cow")}
    found = {word: text[spans[start][0] : spans[end - 1][1]] for word, (start, end) in words.items()}
    assert found == {"Tom": "Tom", "&": "&amp;", "riding": "rid\u00ading", '"': "&quot;", "cow": "cow"}


def test_spans_ascend_and_plain_text_stays_whatever_surrounds_it():
    """400 texts of random parts; the letters that remain are those of the text at their spans."""
    random = np.random.default_rng(0)
    parts = [
        "a",
        "dog",
        " ",
        "  ",
        "\u00ad",
        "\u200b",
        "<b>",
        "</b>",
        "<br>",
        "&amp;",
        "&lt;",
        "&#65;",
        "&",
        "<",
        ">",
        ";",
        "\n",
    ]
    for _ in range(400):
        text = "".join(random.choice(parts, 12))
        seen, spans = clean(text)
        assert len(seen) == len(spans) and seen == " ".join(seen.split())
        assert all(a[1] <= b[0] or a == b for a, b in zip(spans, spans[1:]))
        for letter, (start, end) in zip(seen, spans):
            assert letter in (" ", text[start:end], html.unescape(html.unescape(text[start:end])))


def test_a_long_text_of_openings_takes_no_long_time():
    for part in ("<", "<a ", "&", "<!--", " ", "&#", "<a <"):
        assert len(clean(part * (10_000 // len(part)))[0]) <= 10_000
