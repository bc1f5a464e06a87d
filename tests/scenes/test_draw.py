"""Geometry of the verbs, and pictures that are the same bytes for the same seed."""

from dataclasses import replace

import numpy as np
import pytest

from stages.scenes.__main__ import make
from stages.scenes.draw import contact_sheet, draw_picture
from stages.scenes.nouns import CANVAS, LOOKS, SCALE, figure
from stages.scenes.verbs import VERBS, compose
from stages.scenes.world import draw_scene


def layout(verb, seed=0):
    return compose(verb, np.random.default_rng(seed))


def test_the_chaser_is_behind_and_the_puller_ahead():
    chase, pull = layout("chase"), layout("pull")
    assert chase.subject.x < chase.object.x  # every scene moves to the right
    assert pull.subject.x > pull.object.x
    assert chase.subject.facing == chase.object.facing == 1


def test_who_feeds_is_face_to_face_with_who_is_fed():
    feed = layout("feed")
    assert (feed.subject.facing, feed.object.facing) == (1, -1)
    assert feed.subject.x < feed.object.x


@pytest.mark.parametrize(
    ("verb", "role"), [("chase", "subject"), ("push", "subject"), ("pull", "subject"), ("feed", "object")]
)
def test_a_lean_marks_the_role(verb, role):
    leaning = {name for name in ("subject", "object") if getattr(layout(verb), name).angle}
    assert leaning == {role}


def test_motion_lines_are_behind_who_pushes_and_who_chases_and_an_alarm_above_who_is_chased():
    for one in (layout("push"), layout("chase")):
        assert all(x < one.subject.x for mark in one.marks[:3] for x, _ in mark.points)
    *_, alarm = layout("chase").marks
    assert alarm.points[0][0] == layout("chase").object.x and alarm.points[0][1] < layout("chase").object.y - 36


def test_food_is_at_who_is_fed_and_a_burst_at_who_kicks():
    feed, kick = layout("feed"), layout("kick")
    food, burst = feed.marks[-1].points[0][0], kick.marks[0].points[0][0]
    assert feed.object.x - food < food - feed.subject.x
    assert burst - kick.subject.x < kick.object.x - burst


def test_an_eye_is_above_who_watches_and_sleep_beside_who_lies():
    watch, lie = layout("watch"), layout("lie")
    (x, y), *_ = watch.marks[-1].points
    assert x == watch.subject.x and y < watch.subject.y - watch.subject.size
    assert len(lie.marks) == 2 and layout("stand").marks == ()


@pytest.mark.parametrize("verb", ["ride", "sit", "stand", "lie", "jump"])
def test_the_subject_is_above(verb):
    assert layout(verb).subject.y < layout(verb).object.y


def test_what_is_lifted_is_overhead():
    lift = layout("lift")
    assert lift.object.y <= lift.subject.y - lift.subject.size


@pytest.mark.parametrize("verb", ["chase", "push", "pull", "kick", "feed", "watch", "stand"])
def test_size_tells_no_role(verb):
    larger = [a.subject.size > a.object.size for a in (layout(verb, seed) for seed in range(400))]
    assert np.mean(larger) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("noun", LOOKS)
def test_a_noun_is_drawn_and_faces_one_way_only(noun):
    picture = figure(noun, LOOKS[noun][1][0])
    assert picture.size == (CANVAS * SCALE, CANVAS * SCALE)
    assert np.asarray(picture)[..., 3].mean() > 10  # of 255: not empty


def test_roles_change_the_picture():
    scene = replace(draw_scene(0, 1), subject="dog", verb="chase", object="cat", group=False)
    scene = replace(scene, subject_colour="brown", object_colour="gray")
    swapped = replace(scene, subject="cat", object="dog", subject_colour="gray", object_colour="brown")
    first, second = (draw_picture(s, 96, np.random.default_rng(5)) for s in (scene, swapped))
    assert first.size == (96, 96)
    assert np.abs(np.asarray(first, int) - np.asarray(second, int)).mean() > 3


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_draws(verb):
    scene = replace(draw_scene(0, 1), verb=verb)
    assert draw_picture(scene, 48, np.random.default_rng(0)).size == (48, 48)


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
    made = [[make(tmp_path / name, 96, 0, number) for number in range(1, 13)] for name in "ab"]
    assert made[0] == made[1]
    for first in sorted((tmp_path / "a").iterdir()):
        assert first.read_bytes() == (tmp_path / "b" / first.name).read_bytes()


def test_contact_sheet_holds_every_picture_with_its_title():
    scene = draw_scene(0, 1)
    picture = draw_picture(scene, 96, np.random.default_rng(0))
    sheet = contact_sheet([picture] * 5, ["a dog"] * 5, columns=3, zoom=2)
    assert sheet.size == (3 * (192 + 8) + 8, 2 * (192 + 26) + 8)
