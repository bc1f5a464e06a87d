"""Markup is removed and text stays."""

import numpy as np
import pytest

from stages.common.language.cleaning import clean


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("A man riding a horse.", "A man riding a horse."),
        ("A man &amp; a woman", "A man & a woman"),
        ("A man &amp a dog &AMP a cat", "A man & a dog & a cat"),
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
def test_a_text_as_a_browser_shows_it(text, cleaned):
    assert clean(text) == cleaned


def test_random_text_is_cleaned_once_and_keeps_its_letters():
    """400 texts of random parts: letters in order, single spaces, nothing left to clean; then of halves of markup."""
    random = np.random.default_rng(0)
    parts = "a|dog| |  |\u00ad|\u200b|<b>|</b>|<br>|&amp;|&quot;|&#65;|\n".split("|")
    plain = {"a": "a", "dog": "dog", "&#65;": "A"}
    for _ in range(400):
        chosen = random.choice(parts, 12)
        cleaned = clean("".join(chosen))
        assert cleaned == " ".join(cleaned.split()) == clean(cleaned)
        assert "".join(filter(str.isalpha, cleaned)) == "".join(plain.get(part, "") for part in chosen)
        cleaned = clean("".join(random.choice([*parts, "&lt;", "&", "<", ">", ";"], 12)))
        assert cleaned == " ".join(cleaned.split()) and not set(cleaned) & set("\u00ad\u200b")


def test_many_unclosed_tags_take_no_long_time():
    for part in ("<", "<a ", "&", "<!--", " ", "&#", "<a <"):
        assert len(clean(part * (10_000 // len(part)))) <= 10_000
