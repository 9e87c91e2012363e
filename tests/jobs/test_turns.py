"""Time is shared among platforms: none uses up another's, and whatever happens to one item the next is done."""

import threading
import time
from collections import Counter

import pytest

from lti_tool.jobs.stop import Stop
from lti_tool.jobs.turns import NotNow, Shares, Turns, take_turns


def test_all_items_of_all_platforms_are_done() -> None:
    done: list[str] = []
    assert take_turns({1: ["a", "b"], 2: ["c"], 3: []}, lambda item, _: done.append(item), Shares(), what="x") == Turns(3, 0, 0)
    assert sorted(done) == ["a", "b", "c"]


@pytest.mark.parametrize("problem", [ZeroDivisionError(), UnicodeEncodeError("utf-8", "\ud800", 0, 1, "x"), OverflowError()])
def test_whatever_one_item_does_the_others_are_done_and_the_log_says_which_it_was(
    problem: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    def do(item: int, _: float) -> None:
        if item == 2:
            raise problem
        done.append(item)

    assert take_turns({1: [1, 2, 3], 2: [4]}, do, Shares(), what="course") == Turns(3, 1, 0)
    assert sorted(done) == [1, 3, 4]
    (failed,) = [record for record in caplog.records if record.message == "item_failed"]
    assert (failed.what, failed.item) == ("course", "2")  # type: ignore[attr-defined]


def test_what_cannot_be_done_now_is_counted_and_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    def do(_: int, __: float) -> None:
        raise NotNow

    assert take_turns({1: [1, 2]}, do, Shares(), what="x") == Turns(0, 2, 0)
    assert "item_failed" not in caplog.messages


def test_a_platform_that_hangs_uses_up_its_own_turn_and_nobody_elses() -> None:
    done: list[str] = []

    def do(item: str, left_s: float) -> None:
        if item.startswith("hangs"):
            time.sleep(min(left_s, 5.0))
            raise NotNow
        done.append(item)

    began = time.monotonic()
    turns = take_turns({1: [f"hangs {n}" for n in range(100)], 2: ["a", "b"]}, do, Shares(turn_s=0.2), what="x")
    assert turns == Turns(2, 100, 0)
    assert done == ["a", "b"]
    assert time.monotonic() - began < 2


def test_several_platforms_have_their_turn_at_once_and_each_one_thing_at_a_time() -> None:
    running: Counter[str] = Counter()
    most: Counter[str] = Counter()
    lock = threading.Lock()

    def do(item: str, _: float) -> None:
        with lock:
            running.update([item, "all"])
            for key in (item, "all"):
                most[key] = max(most[key], running[key])
        time.sleep(0.03)
        with lock:
            running.subtract([item, "all"])

    waiting = {number: [f"platform {number}"] * 4 for number in range(6)}
    assert take_turns(waiting, do, Shares(at_once=3), what="x") == Turns(24, 0, 0)
    assert most["all"] == 3
    assert {most[f"platform {number}"] for number in range(6)} == {1}


def test_a_large_platform_that_answers_comes_round_again_until_all_is_done() -> None:
    order: list[str] = []

    def do(item: str, _: float) -> None:
        time.sleep(0.03)
        order.append(item)

    large = [f"large {n}" for n in range(12)]
    assert take_turns({1: large, 2: ["small"]}, do, Shares(turn_s=0.1, at_once=1), what="x") == Turns(13, 0, 0)
    assert order.index("small") < 6, "the small one did not wait for all of the large one"
    assert [item for item in order if item != "small"] == large


def test_what_is_not_reached_in_time_is_left() -> None:
    def do(_: int, left_s: float) -> None:
        time.sleep(0.05)

    turns = take_turns({1: list(range(100)), 2: list(range(100))}, do, Shares(turn_s=0.1, all_s=0.3, at_once=1), what="x")
    assert turns.failed == 0
    assert 0 < turns.done < 20
    assert turns.done + turns.left == 200


def test_a_process_that_is_to_end_begins_nothing_more() -> None:
    stop, done = Stop(), []

    def do(item: int, _: float) -> None:
        done.append(item)
        stop.is_asked = item == 3

    assert take_turns({1: [1, 2, 3, 4, 5], 2: [6]}, do, Shares(stop=stop, at_once=1), what="x") == Turns(3, 0, 3)
    assert done == [1, 2, 3]
