"""The layer of cases, described. It lives in the stream and at /api/incidents: no tiles, no versions, no imports."""

from __future__ import annotations

from layers.roles import Capability
from layers.spec import COMMON_FIELDS, FieldSpec, Group, LayerSpec
from layers.territory.layer import COMMUNITY, GRID, SUBDISTRICT, codes

_COLUMNS = {"id": "id", "version": "version", "valid_from": "reported_at", "valid_to": "closed_at"}
STATES = codes(
    reported=("上报", "Reported"), accepted=("受理", "Accepted"), verifying=("核实中", "Verifying"),
    registered=("立案", "Registered"), dispatched=("已派遣", "Dispatched"), handling=("处置中", "Handling"),
    suspended=("挂账", "Suspended"), replied=("已反馈", "Replied"), checking=("核查中", "Checking"),
    closed=("结案", "Closed"), refused=("不予受理", "Refused"), void=("作废", "Void"), merged=("已并案", "Merged"),
)  # fmt: skip
SOURCES = codes(
    patrol=("巡查", "Patrol"), phone=("电话", "Telephone"), public=("公众", "Public"), video=("视频", "Video"),
    app=("手机应用", "App"), department=("部门", "Department"),
)  # fmt: skip
CATEGORIES = codes(
    A=("服务办事", "Services"), B=("矛盾纠纷", "Disputes"), C=("城市管理", "City management"), D=("问题隐患", "Hazards")
)  # fmt: skip
SEVERITIES = codes(
    **{"1": ("特急", "Extreme"), "2": ("紧急", "Severe"), "3": ("一般", "Moderate"), "4": ("轻微", "Minor")}
)

INCIDENTS = LayerSpec(
    id="incidents", zh="案卷", en="Incidents", model="incidents.Incident", geometry_types=("Point",), group=Group.LIVE,
    area_columns=("grid", "community"), rights=Capability.SEE_CASES, min_zoom=10,
    fields=(
        *(FieldSpec(f.name, f.type, f.zh, f.en, column=_COLUMNS.get(f.name, "")) for f in COMMON_FIELDS if f.name != "code"),
        FieldSpec("number", "text", "案卷号", "Number", max_length=20),
        FieldSpec("item", "text", "事项", "Item", max_length=12),
        FieldSpec("item_version", "integer", "事项版本", "Version of the item"),
        FieldSpec("category", "text", "大类", "Category", max_length=1, values=CATEGORIES),
        FieldSpec("severity", "integer", "等级", "Severity", values=SEVERITIES),
        FieldSpec("state", "text", "状态", "State", max_length=12, values=STATES),
        FieldSpec("source", "text", "来源", "Source", max_length=12, values=SOURCES),
        FieldSpec("department", "text", "责任部门", "Department", max_length=8),
        GRID, COMMUNITY, SUBDISTRICT,
        FieldSpec("district", "text", "区", "District", max_length=6),
        FieldSpec("unit_grid", "text", "单元网格", "Unit grid", max_length=15),
        FieldSpec("occurred_at", "datetime", "发生时间", "Occurred"),
        FieldSpec("reported_at", "datetime", "上报时间", "Reported"),
        FieldSpec("due", "datetime", "时限", "Due"),
        FieldSpec("closed_at", "datetime", "结案时间", "Closed"),
    ),
    editable=False, searchable=False, tiled=False, versioned=False,
)  # fmt: skip

LAYERS = (INCIDENTS,)
