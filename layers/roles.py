"""Who may do what: the role table, pure.

The table restates the district's division of duties (see docs/roles.md). A *grant* says how far a capability
reaches: the area of the assignment itself, the community round it, or the cases of one's own department.
Rights come only from assignments; a role by itself gives nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Role ids of the public contract."""

    PUBLIC = "public"
    GRID_MEMBER = "grid_member"
    GRID_LEADER = "grid_leader"
    COMMUNITY_STAFF = "community_staff"
    COMMUNITY_HEAD = "community_head"
    SUBDISTRICT_OPERATOR = "subdistrict_operator"
    SUBDISTRICT_HEAD = "subdistrict_head"
    SEAT = "seat"
    DISPATCHER = "dispatcher"
    DEPARTMENT_WORKER = "department_worker"
    DEPARTMENT_HEAD = "department_head"
    SUPERVISOR = "supervisor"
    LEADER = "leader"
    DUTY_OFFICER = "duty_officer"
    PLANNER = "planner"
    GIS_STAFF = "gis_staff"
    VIDEO_OPERATOR = "video_operator"
    DPO = "dpo"
    ADMIN = "admin"
    DISPLAY = "display"


class Capability(StrEnum):
    """What a role can be allowed to do; one column of the role table each."""

    SEE_MAP = "see_map"
    SEE_CASES = "see_cases"
    REPORT = "report"
    ACCEPT = "accept"
    DISPATCH = "dispatch"
    HANDLE = "handle"
    RETURN = "return"
    APPROVE_DELAY = "approve_delay"
    CHECK = "check"
    SUPERVISE = "supervise"
    PERSONAL_DATA = "personal_data"
    VIDEO = "video"
    EDIT_BOUNDARIES = "edit_boundaries"
    EDIT_LAYERS = "edit_layers"
    CATALOGUE = "catalogue"
    ANALYSIS = "analysis"
    PUBLISH = "publish"
    USERS = "users"
    OPERATE = "operate"


class Reach(StrEnum):
    """How far a grant reaches."""

    AREA = "area"  # the area of the assignment and all below it
    COMMUNITY = "community"  # the whole community round a grid assignment
    DEPARTMENT = "department"  # the department's own cases, anywhere in the area


class Mode(StrEnum):
    """How a grant may be used."""

    FULL = "full"
    PROPOSE = "propose"  # another person has to approve
    APPROVE = "approve"  # may only approve what others prepared
    MASKED = "masked"  # personal data stays masked
    NEED = "need"  # personal data only when assigned, with a purpose, logged
    NOT_OWN = "not_own"  # not one's own work (check and close)
    OWN = "own"  # own assets or own tier only


@dataclass(frozen=True)
class Grant:
    """One cell of the role table."""

    reach: Reach
    mode: Mode = Mode.FULL


#: Deepest area level at which each role is normally assigned; an assignment may be narrower, never wider.
ROLE_LEVEL: dict[Role, str] = {
    Role.PUBLIC: "district",
    Role.GRID_MEMBER: "grid",
    Role.GRID_LEADER: "grid",
    Role.COMMUNITY_STAFF: "community",
    Role.COMMUNITY_HEAD: "community",
    Role.SUBDISTRICT_OPERATOR: "subdistrict",
    Role.SUBDISTRICT_HEAD: "subdistrict",
} | dict.fromkeys((Role.SEAT, Role.DISPATCHER, Role.DEPARTMENT_WORKER, Role.DEPARTMENT_HEAD, Role.SUPERVISOR, Role.LEADER, Role.DUTY_OFFICER, Role.PLANNER, Role.GIS_STAFF, Role.VIDEO_OPERATOR, Role.DPO, Role.ADMIN, Role.DISPLAY), "district")  # fmt: skip

_A = Grant(Reach.AREA)
_C = Grant(Reach.COMMUNITY)
_O = Grant(Reach.DEPARTMENT)


def _area(mode: Mode) -> Grant:
    return Grant(Reach.AREA, mode)


_Cap = Capability
_GRID = {
    _Cap.SEE_MAP: _C, _Cap.SEE_CASES: _A, _Cap.REPORT: _A, _Cap.HANDLE: _A, _Cap.CHECK: _area(Mode.NOT_OWN),
    _Cap.PERSONAL_DATA: _area(Mode.NEED), _Cap.EDIT_LAYERS: _area(Mode.PROPOSE), _Cap.ANALYSIS: _A,
}  # fmt: skip
_CENTRE = {
    _Cap.SEE_MAP: _A, _Cap.SEE_CASES: _A, _Cap.REPORT: _A, _Cap.ACCEPT: _A, _Cap.DISPATCH: _A, _Cap.HANDLE: _A,
    _Cap.RETURN: _A, _Cap.CHECK: _A, _Cap.ANALYSIS: _A,
}  # fmt: skip
_HEAD = {_Cap.APPROVE_DELAY: _A, _Cap.SUPERVISE: _A, _Cap.VIDEO: _A, _Cap.EDIT_LAYERS: _A, _Cap.USERS: _A,
         _Cap.EDIT_BOUNDARIES: _area(Mode.PROPOSE)}  # fmt: skip
_WATCH = {_Cap.SEE_MAP: _A, _Cap.SEE_CASES: _A, _Cap.REPORT: _A}

#: Role table: role -> capability -> grant. What is not listed is not allowed.
GRANTS: dict[Role, dict[Capability, Grant]] = {
    Role.PUBLIC: {_Cap.REPORT: _A},
    Role.GRID_MEMBER: _GRID,
    Role.GRID_LEADER: _GRID | {
        _Cap.ACCEPT: _area(Mode.OWN), _Cap.DISPATCH: _A, _Cap.RETURN: _A, _Cap.EDIT_BOUNDARIES: _area(Mode.PROPOSE),
    },
    Role.COMMUNITY_STAFF: _CENTRE | {
        _Cap.PERSONAL_DATA: _area(Mode.NEED), _Cap.EDIT_LAYERS: _area(Mode.OWN),
        _Cap.EDIT_BOUNDARIES: _area(Mode.PROPOSE),
    },
    Role.COMMUNITY_HEAD: _CENTRE | _HEAD | {_Cap.PERSONAL_DATA: _area(Mode.NEED)},
    Role.SUBDISTRICT_OPERATOR: _CENTRE | {
        _Cap.PERSONAL_DATA: _area(Mode.MASKED), _Cap.VIDEO: _A, _Cap.EDIT_LAYERS: _A,
    },
    Role.SUBDISTRICT_HEAD: _CENTRE | _HEAD | {_Cap.PERSONAL_DATA: _area(Mode.MASKED)},
    Role.SEAT: _WATCH | {
        _Cap.ACCEPT: _A, _Cap.CHECK: _A, _Cap.PERSONAL_DATA: _area(Mode.MASKED), _Cap.VIDEO: _A, _Cap.ANALYSIS: _A,
    },
    Role.DISPATCHER: _WATCH | {
        _Cap.ACCEPT: _A, _Cap.DISPATCH: _A, _Cap.PERSONAL_DATA: _area(Mode.MASKED), _Cap.VIDEO: _A, _Cap.ANALYSIS: _A,
    },
    Role.DEPARTMENT_WORKER: {
        _Cap.SEE_MAP: _A, _Cap.SEE_CASES: _O, _Cap.REPORT: _A, _Cap.HANDLE: _O, _Cap.RETURN: _O,
        _Cap.PERSONAL_DATA: Grant(Reach.DEPARTMENT, Mode.NEED), _Cap.EDIT_LAYERS: Grant(Reach.DEPARTMENT, Mode.OWN),
        _Cap.ANALYSIS: _O,
    },
    Role.DEPARTMENT_HEAD: {
        _Cap.SEE_MAP: _A, _Cap.SEE_CASES: _O, _Cap.REPORT: _A, _Cap.HANDLE: _O, _Cap.RETURN: _O, _Cap.DISPATCH: _O,
        _Cap.SUPERVISE: _O, _Cap.PERSONAL_DATA: Grant(Reach.DEPARTMENT, Mode.NEED),
        _Cap.EDIT_LAYERS: Grant(Reach.DEPARTMENT, Mode.OWN), _Cap.CATALOGUE: _area(Mode.PROPOSE), _Cap.ANALYSIS: _O,
        _Cap.USERS: _O,
    },
    Role.SUPERVISOR: _WATCH | {
        _Cap.APPROVE_DELAY: _A, _Cap.CHECK: _A, _Cap.SUPERVISE: _A, _Cap.PERSONAL_DATA: _area(Mode.MASKED),
        _Cap.VIDEO: _A, _Cap.EDIT_BOUNDARIES: _area(Mode.APPROVE), _Cap.CATALOGUE: _area(Mode.PROPOSE),
        _Cap.ANALYSIS: _A,
    },
    Role.LEADER: _WATCH | {
        _Cap.APPROVE_DELAY: _A, _Cap.SUPERVISE: _A, _Cap.VIDEO: _A, _Cap.ANALYSIS: _A,
        _Cap.PUBLISH: _area(Mode.APPROVE),
    },
    Role.DUTY_OFFICER: _WATCH | {
        _Cap.ACCEPT: _A, _Cap.DISPATCH: _A, _Cap.CHECK: _A, _Cap.SUPERVISE: _A, _Cap.PERSONAL_DATA: _area(Mode.NEED),
        _Cap.VIDEO: _A, _Cap.EDIT_LAYERS: _area(Mode.OWN), _Cap.ANALYSIS: _A,
    },
    Role.PLANNER: {
        _Cap.SEE_MAP: _A, _Cap.SEE_CASES: _area(Mode.MASKED), _Cap.EDIT_BOUNDARIES: _area(Mode.PROPOSE),
        _Cap.EDIT_LAYERS: _area(Mode.OWN), _Cap.ANALYSIS: _A,
    },
    Role.GIS_STAFF: {
        _Cap.SEE_MAP: _A, _Cap.SEE_CASES: _area(Mode.MASKED), _Cap.EDIT_BOUNDARIES: _A, _Cap.EDIT_LAYERS: _A,
        _Cap.ANALYSIS: _A, _Cap.PUBLISH: _area(Mode.PROPOSE),
    },
    Role.VIDEO_OPERATOR: _WATCH | {_Cap.VIDEO: _area(Mode.OWN), _Cap.EDIT_LAYERS: _area(Mode.OWN)},
    Role.DPO: {_Cap.SEE_MAP: _A, _Cap.ANALYSIS: _A, _Cap.PUBLISH: _area(Mode.APPROVE)},
    Role.ADMIN: {_Cap.SEE_MAP: _A, _Cap.CATALOGUE: _A, _Cap.USERS: _A, _Cap.OPERATE: _A},
    Role.DISPLAY: {_Cap.SEE_MAP: _A, _Cap.SEE_CASES: _area(Mode.MASKED)},
}  # fmt: skip

#: Roles that may open /admin/ at all; what they may do there is still asked of the table above.
ADMIN_ROLES = frozenset({Role.GIS_STAFF, Role.ADMIN})


class TokenScope(StrEnum):
    """What a bearer token may be used for."""

    POSITIONS_OWN = "positions:own"
    POSITIONS_ANY = "positions:any"
    DISPLAY = "display"
    OPEN311 = "open311"
    READ = "read"
    FULL = "full"


#: Roles that keep layers: they prepare imports, and who holds the right without *propose* lets them take effect.
KEEPER_ROLES = frozenset(
    role for role, grants in GRANTS.items() if grants.keys() & {Capability.EDIT_LAYERS, Capability.EDIT_BOUNDARIES}
)
