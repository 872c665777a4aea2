"""预测图: what is drawn stands where the arithmetic says, and nothing needs a style."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from settlement.forecast.pictures import LEFT, RIGHT, ROOM, TOP, Course, course_picture
from settlement.forecast.rules import Delay, Outlook, Pace

SVG = "{http://www.w3.org/2000/svg}"
BY_DAY = [0, 40_000, 80_000, 120_000, 160_000, 200_000, 240_000, 280_000, 320_000, 360_000, 400_000]
PACE = Pace(day=10, days=30, accrued_fen=400_000, usual_fen=900_000)
COURSE = Course("延边州", BY_DAY, Outlook(PACE, quota_fen=1_000_000, yellow=70, red=90))


def curves(course: Course) -> list[list[tuple[int, ...]]]:
    found = ElementTree.fromstring(course_picture("c", course).svg).iter(f"{SVG}polyline")
    return [[tuple(map(int, point.split(","))) for point in item.attrib["points"].split()] for item in found]


def test_the_curve_goes_on_where_today_is_and_ends_with_the_month() -> None:
    until_now, ahead = curves(COURSE)

    assert (len(until_now), len(ahead)) == (11, 21)
    assert until_now[0] == (LEFT, TOP + ROOM)
    assert until_now[-1] == ahead[0] == (290, 178)  # a third of the way; 4,000.00 of 10,666.67 is 82 of 220
    assert ahead[-1] == (RIGHT, TOP)  # the highest of all


def test_the_words_and_the_table_say_the_same() -> None:
    picture = course_picture("c", COURSE)

    assert picture.told == "至 10 日延边州已用 0.40 万元，月底预计 1.07 万元，额度 1.00 万元。"
    assert picture.table[10] == ("10 日", "0.40", "实际")
    assert picture.table[-1] == ("30 日", "1.07", "预测")
    assert "黄色 70%　0.70" in picture.svg and "红色 90%　0.90" in picture.svg
    assert not re.search(r"style=|<style|<script|\son\w+=|href=", picture.svg)


def test_a_late_payment_lifts_the_curve_until_it_arrives() -> None:
    late = Course("延边州", BY_DAY, Outlook(PACE, 1_000_000, 70, 90, (Delay(200_000, arrives_in=2),)), True)

    assert late.ahead()[:4] == [600_000, 633_333, 466_667, 500_000]
    assert curves(late)[1][:2] == [(290, 178), (290, 137)]  # straight up on the day
    assert course_picture("c", late).title == "延边州本月使用与预测（假设）"
    assert COURSE.ahead()[:4] == [400_000, 433_333, 466_667, 500_000]


def test_without_anything_to_go_by_there_is_no_forecast() -> None:
    empty = Course("延边州", [0], Outlook(Pace(0, 30, 0), None, 70, 90))

    assert len(curves(empty)) == 1
    assert course_picture("c", empty).told == "至 0 日延边州已用 – 元，没有额度，没有可以预测的依据。"
    assert "额度" not in course_picture("c", empty).table[0] and "黄色" not in course_picture("c", empty).svg


def test_a_line_is_the_least_use_that_reaches_it() -> None:
    odd = Course("延边州", [0], Outlook(Pace(0, 30, 0), 1_001, 70, 90))

    assert (odd.line_fen(70), odd.line_fen(90), odd.line_fen(100)) == (701, 901, 1_001)
