"""Refusals of their own that cases know."""

from __future__ import annotations

from layers.errors import Conflict, Forbidden, InvalidGeometry, NotFound, Unavailable


class ActionNotPossible(Conflict):
    """An action of the life-cycle that the case's state does not allow."""

    code = "action_not_possible"
    title_zh, title_en = "当前状态不能这样办理", "Not possible in the case's present state"
    remedy_zh, remedy_en = (
        "可用的操作列在 possible 里；取回案卷后再试。",
        "What is possible now is listed in `possible`; fetch the case and choose one of these.",
    )


class UnknownAction(NotFound):
    """A word that is no action of the life-cycle."""

    code = "unknown_action"
    title_zh, title_en = "没有这个操作", "No such action"
    remedy_zh, remedy_en = "操作列在 docs/incidents.md。", "The actions are listed in docs/incidents.md."


class SamePerson(Forbidden):
    """Handling and checking by one person."""

    code = "same_person"
    title_zh, title_en = "不能核查自己处置的案卷", "Nobody checks or closes his own work"
    remedy_zh, remedy_en = "请由未参与处置的人核查和结案。", "Someone who took no part in the handling has to do it."


class OutsideDistrict(InvalidGeometry):
    """A place that lies in no grid of the district."""

    code = "outside_district"
    title_zh, title_en = "位置不在辖区内", "The place lies outside the district"
    remedy_zh, remedy_en = (
        "检查经纬度，经度在前；辖区外的事件请报给当地。",
        "Check the position, longitude first; report a place outside to its own district.",
    )


class NumbersUsedUp(Unavailable):
    """More cases in a day than the number can count."""

    code = "numbers_used_up"
    title_zh, title_en = "今日案卷编号已用完", "The numbers of the day are used up"
    remedy_zh, remedy_en = (
        "编号每日最多 99999 个，北京时间零点后重发同一内容。",
        "A day has 99999 numbers; send the same body again after midnight in Shanghai.",
    )
