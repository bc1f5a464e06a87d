"""Geometry of the verbs, and pictures that are the same bytes for the same seed."""

from dataclasses import replace

import numpy as np
import pytest

from stages.scenes.draw import draw_picture, make_scene
from stages.scenes.nouns import CANVAS, COLOURS_OF, SCALE, figure
from stages.scenes.verbs import LAYOUTS, compose
from stages.scenes.world import draw_scene


def layout(verb, seed=0):
    return compose(verb, np.random.default_rng(seed))


def test_the_chaser_is_behind_and_the_puller_ahead():
    chase, pull = layout("chase"), layout("pull")
    assert chase.subject.x < chase.object.x  # every scene moves to the right
    assert pull.subject.x > pull.object.x
    assert chase.subject.facing == chase.object.facing == 1


def test_feeder_and_fed_face_each_other():
    feed = layout("feed")
    assert (feed.subject.facing, feed.object.facing) == (1, -1)
    assert feed.subject.x < feed.object.x


@pytest.mark.parametrize(
    ("verb", "role"), [("chase", "subject"), ("push", "subject"), ("pull", "subject"), ("feed", "object")]
)
def test_a_lean_marks_the_role(verb, role):
    leaning = {name for name in ("subject", "object") if getattr(layout(verb), name).angle}
    assert leaning == {role}


def test_motion_lines_are_behind_pusher_and_chaser_and_an_alarm_is_above_the_chased():
    for one in (layout("push"), layout("chase")):
        assert all(x < one.subject.x for mark in one.marks[:3] for x, _ in mark.points)
    *_, alarm = layout("chase").marks
    assert alarm.points[0][0] == layout("chase").object.x and alarm.points[0][1] < layout("chase").object.y - 36


def test_food_is_near_the_fed_and_a_burst_near_the_kicker():
    feed, kick = layout("feed"), layout("kick")
    food, burst = feed.marks[-1].points[0][0], kick.marks[0].points[0][0]
    assert feed.object.x - food < food - feed.subject.x
    assert burst - kick.subject.x < kick.object.x - burst


def test_an_eye_is_above_the_watcher_and_letters_z_beside_the_sleeper():
    watch, lie = layout("watch"), layout("lie")
    (x, y), *_ = watch.marks[-1].points
    assert x == watch.subject.x and y < watch.subject.y - watch.subject.size
    assert len(lie.marks) == 2 and layout("stand").marks == ()


@pytest.mark.parametrize("verb", ["ride", "sit", "stand", "lie", "jump"])
def test_the_subject_is_above(verb):
    assert layout(verb).subject.y < layout(verb).object.y


def test_the_lifted_is_overhead():
    lift = layout("lift")
    assert lift.object.y <= lift.subject.y - lift.subject.size


@pytest.mark.parametrize("verb", ["chase", "push", "pull", "kick", "feed", "watch", "stand"])
def test_size_does_not_reveal_the_role(verb):
    larger = [a.subject.size > a.object.size for a in (layout(verb, seed) for seed in range(400))]
    assert np.mean(larger) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("noun", COLOURS_OF)
def test_a_noun_is_drawn_in_each_of_its_colours(noun):
    pictures = [figure(noun, colour) for colour in COLOURS_OF[noun]]
    assert {picture.size for picture in pictures} == {(CANVAS * SCALE, CANVAS * SCALE)}
    assert all(np.asarray(picture)[..., 3].mean() > 10 for picture in pictures)  # of 255: not empty
    assert len({picture.tobytes() for picture in pictures}) == len(pictures)


def test_roles_change_the_picture():
    scene = replace(draw_scene(0, 1), subject="dog", verb="chase", object="cat", group=False)
    scene = replace(scene, subject_colour="brown", object_colour="gray")
    swapped = replace(scene, subject="cat", object="dog", subject_colour="gray", object_colour="brown")
    first, second = (draw_picture(s, 96, np.random.default_rng(5)) for s in (scene, swapped))
    assert first.size == (96, 96)
    assert np.abs(np.asarray(first, int) - np.asarray(second, int)).mean() > 3


@pytest.mark.parametrize("verb", LAYOUTS)
def test_every_verb_draws(verb):
    scene = replace(draw_scene(0, 1), verb=verb)
    assert draw_picture(scene, 48, np.random.default_rng(0)).size == (48, 48)


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
    made = [[make_scene(tmp_path / name, 96, 0, number) for number in range(1, 13)] for name in "ab"]
    assert made[0] == made[1]
    for first in sorted((tmp_path / "a").iterdir()):
        assert first.read_bytes() == (tmp_path / "b" / first.name).read_bytes()
