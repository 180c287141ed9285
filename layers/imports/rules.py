"""The rule table: what may be found in a file, how much it weighs, and what to say. Pure.

One line a rule. The weight decides the verdict: info accept, warning warn, question ask, error reject; the strongest
wins. The sentences are filled by `findings.found`; `option` names the answer that lets a question fall away.
"""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """Weight, sentence and remedy in both languages, and the option that answers a question."""

    severity: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str
    option: str = ""
    #: True when the question is about the answer itself, and no answer of that option makes it fall away.
    stays: bool = False


_REPACK = ("重新打包为普通 zip 后再交。", "Pack the files again as a plain zip and deliver that.")
_EXPORT_AGAIN = ("请提供方重新导出完整文件。", "Ask the source to export the complete files again.")
_ASK_SOURCE = ("无需处理；如要保留请提供方补齐。", "Nothing to do; to keep what is lost, ask the source to mend it.")
_NOTHING = ("无需处理。", "Nothing to do.")
_RENAME = (
    "按真实格式改扩展名，或导出为 shapefile、GeoPackage、GeoJSON（表格存为 .xlsx）后再交。",
    "Give it the extension of what it really is, or export it as shapefile, GeoPackage, GeoJSON or, a table, as .xlsx.",
)
_GIVE_CRS = ("用 --crs 指明坐标系，候选见清单。", "Name the system with --crs; candidates are listed.")
_GIVE_MAPPING = ("在映射中指定该字段的列或固定值。", "Name the field's column or a constant in the mapping.")
_GIVE_ENCODING = ("用 --encoding 指明编码。", "Name the encoding with --encoding.")

#: Refusals at the door: what the thing is, how it is packed, how large it is.
DOOR: dict[str, Rule] = {
    "option_unusable": Rule("error", "{option} {value} 不可用", "{option} {value} means nothing that is known", "检查选项的值。", "Check the option's value."),
    "missing_file": Rule("error", "没有文件 {file}", "there is no file {file}", "检查路径。", "Check the path."),
    "empty_file": Rule("error", "{file} 是空文件", "{file} is empty", *_EXPORT_AGAIN),
    "not_what_it_says": Rule("error", "{file} 自称 {says}，其实是 {is_zh}", "{file} says it is {says} but is {is_en}", *_RENAME),
    "unsupported_format": Rule("error", "不支持 {file} 的格式（{is_zh}）", "{file} has a format that is not read ({is_en})", *_RENAME),
    "nothing_to_read": Rule("error", "{file} 里没有可读的图层", "{file} holds no layer that can be read", *_RENAME),
    "main_file_missing": Rule("error", "{file} 缺主文件 .shp", "{file} lacks its main file .shp", *_EXPORT_AGAIN),
    "unreadable": Rule("error", "{file} 读不了：{reason}", "{file} cannot be read: {reason}", *_EXPORT_AGAIN),
    "upload_too_large": Rule("error", "{file} 有 {size_mb} MB，上限 {limit_mb} MB", "{file} has {size_mb} MB, the limit is {limit_mb} MB", "分成几份再交。", "Deliver it in parts."),
    "link_refused": Rule("error", "{file} 是链接，不读", "{file} is a link and is not followed", "交付文件本身。", "Deliver the file itself."),
    "archive_damaged": Rule("error", "压缩包已损坏：{reason}", "the archive is damaged: {reason}", *_REPACK),
    "archive_encrypted": Rule("error", "压缩包加了密码（{file}）", "the archive is encrypted ({file})", "去掉密码重新打包。", "Pack it again without a password."),
    "archive_nested": Rule("error", "压缩包里还有压缩包（{file}）", "an archive lies inside the archive ({file})", "先解开里层再打包：只读一层。", "Unpack the inner one first: one level is read."),
    "archive_link": Rule("error", "压缩包里有链接（{file}）", "the archive holds a link ({file})", *_REPACK),
    "archive_path": Rule("error", "压缩包里的路径越界（{file}）", "a path in the archive leads outside ({file})", *_REPACK),
    "archive_entries": Rule("error", "压缩包里的文件超过 {limit} 个", "the archive holds more than {limit} entries", "只打包要导入的图层。", "Pack only the layers to import."),
    "archive_ratio": Rule("error", "压缩包展开超过压缩后的 {limit} 倍", "the archive unpacks to more than {limit} times its size", *_REPACK),
    "archive_size": Rule("error", "压缩包展开超过 {limit_mb} MB", "the archive unpacks to more than {limit_mb} MB", "分成几份再交。", "Deliver it in parts."),
    "xml_entities": Rule("error", "{file} 含有 DOCTYPE 或实体声明", "{file} declares a DOCTYPE or entities", "删去这些声明后再交。", "Remove those declarations and deliver it again."),
    "xml_damaged": Rule("error", "{file} 不是完整的 XML：{reason}", "{file} is not well-formed XML: {reason}", *_EXPORT_AGAIN),
    "json_damaged": Rule("error", "{file} 不是完整的 JSON", "{file} is not complete JSON", *_EXPORT_AGAIN),
    "json_depth": Rule("error", "{file} 嵌套超过 {limit} 层", "{file} is nested more than {limit} deep", *_EXPORT_AGAIN),
    "json_number": Rule("error", "{file} 有不是有限数的数字（{number}）", "{file} holds a number that is not finite ({number})", *_EXPORT_AGAIN),
    "database_views": Rule("error", "{file} 里有视图或虚表（{name}），不读", "{file} holds a view or virtual table ({name}) and is not read", "把结果另存为普通表。", "Save the result as a plain table."),
    "time_limit": Rule("error", "读取超过 {limit} 秒", "reading took more than {limit} s", "分成几份再交。", "Deliver it in parts."),
    "memory_limit": Rule("error", "读取所需内存超过 {limit_mb} MB", "reading needs more than {limit_mb} MB of memory", "分成几份再交。", "Deliver it in parts."),
    "reader_stopped": Rule("error", "读取进程中断（{reason}），未留下任何内容", "the reading process stopped ({reason}); nothing is left of it", "文件可能已损坏：请重新导出。", "The file may be damaged: export it again."),
}  # fmt: skip

#: What is wrong with the shapes.
SHAPES: dict[str, Rule] = {
    "geometry_truncated": Rule("error", "{file} 被截断：{reason}", "{file} is truncated: {reason}", *_EXPORT_AGAIN),
    "geometry_damaged": Rule("error", "{file} 第 {row} 个图形已损坏：{reason}", "shape {row} of {file} is damaged: {reason}", *_EXPORT_AGAIN),
    "no_geometry": Rule("error", "没有任何几何图形", "there is no geometry at all", *_EXPORT_AGAIN),
    "multipatch": Rule("error", "是三维面片（MultiPatch），不是平面图形", "it holds MultiPatch solids, not shapes on the ground", "导出为面。", "Export it as polygons."),
    "no_features": Rule("warning", "没有任何要素", "there are no features", "确认交付的文件是否正确。", "Check that this is the right file."),
    "shapes_null": Rule("warning", "{n} 行没有图形", "{n} rows have no shape", *_ASK_SOURCE),
    "shapes_not_finite": Rule("warning", "{n} 行的坐标不是有限的数，图形置空", "{n} rows have coordinates that are not finite; their shape becomes empty", *_ASK_SOURCE),
    "shapes_repaired": Rule("warning", "{n} 行图形无效，已修复；面积共变化 {area}，最大一行 {most}（行号: 变化 {changes}）", "{n} rows had invalid shapes and were repaired; area changed by {area} in all, by {most} at most (row: change {changes})", "核对所列的行。", "Check the rows listed."),
    "shapes_collapsed": Rule("warning", "{n} 行图形修复后什么也不剩，置空", "{n} rows had shapes of which nothing is left after repair; they become empty", *_ASK_SOURCE),
    "spikes_removed": Rule("warning", "{n} 行有尖刺（夹角小于 {angle}°），已削去；面积共变化 {area}（行号: 变化 {changes}）", "{n} rows had spikes (angle below {angle}°), which were cut off; area changed by {area} in all (row: change {changes})", "核对所列的行。", "Check the rows listed."),
    "shapes_spiked": Rule("warning", "{n} 行有尖角（夹角小于 {angle}°），削去会改变图形，保留", "{n} rows have sharp corners (angle below {angle}°) that are kept: cutting them off would change the shape", "核对所列的行；图形未改。", "Check the rows listed; the shapes are kept."),
    "vertices_repeated": Rule("info", "{n} 行有连续重复的顶点，已合并，面积不变", "{n} rows had vertices that stood twice in a row; one each is kept, the area is the same", *_NOTHING),
    "rings_closed": Rule("warning", "{n} 行的环没有闭合，已连到起点", "{n} rows had rings that did not close; they were joined to their start", "核对所列的行。", "Check the rows listed."),
    "rings_turned": Rule("warning", "{n} 行环的方向与规范相反（外环应顺时针、内环逆时针），按位置认内外环；面积共变化 {area}（行号: 变化 {changes}）", "{n} rows have rings that run the wrong way (outer rings clockwise, holes against it); outer and inner were told by where they lie; area changed by {area} in all (row: change {changes})", "核对所列的行。", "Check the rows listed."),
    "shapes_repeated": Rule("warning", "{n} 行与前面的行图形和属性都相同", "{n} rows repeat an earlier row in shape and attributes", "核对是否重复录入。", "Check whether they were entered twice."),
    "shapes_coincide": Rule("info", "{n} 行与前面的行图形相同、属性不同", "{n} rows have the shape of an earlier row and other attributes", "核对图形是否画错。", "Check whether the shape was drawn for the wrong row."),
    "shapes_mixed": Rule("info", "几何类型混合：{kinds}", "geometry types are mixed: {kinds}", *_NOTHING),
    "z_dropped": Rule("warning", "{n} 行带高程（Z），只存平面位置", "{n} rows carry heights (Z); only the position is kept", *_ASK_SOURCE),
    "m_dropped": Rule("warning", "{n} 行带测量值（M），不保留", "{n} rows carry measures (M); they are not kept", *_ASK_SOURCE),
    "shx_rebuilt": Rule("warning", "索引 .shx {reason_zh}，已由 .shp 重建", "the index .shx {reason_en}; it was rebuilt from .shp", *_NOTHING),
    "curves_flattened": Rule("warning", "{n} 行是曲线，已化为折线", "{n} rows are curves and became straight pieces", *_NOTHING),
}  # fmt: skip

#: What is wrong with names, texts and numbers.
WORDS: dict[str, Rule] = {
    "encoding_guessed": Rule("warning", "没有可用的编码声明（{declared}），按 {encoding} 读，把握 {confidence}", "no usable encoding is declared ({declared}); read as {encoding}, confidence {confidence}", *_GIVE_ENCODING),
    "encoding_contradicted": Rule("warning", "声明的编码 {declared} 读不通，按 {encoding} 读，把握 {confidence}", "the declared encoding {declared} does not fit; read as {encoding}, confidence {confidence}", *_GIVE_ENCODING),
    "encoding_ambiguous": Rule("question", "文字按 {one} 和 {other} 都读得通（{sample_one} / {sample_other}）", "the text reads both as {one} and as {other} ({sample_one} / {sample_other})", *_GIVE_ENCODING, "--encoding"),
    "encoding_unknown": Rule("question", "文字按任何已知编码都读不通", "the text reads in no known encoding", *_GIVE_ENCODING, "--encoding"),
    "values_cut": Rule("warning", "字段 {field} 有 {n} 行在字符中间被截断，去掉半个字符", "field {field}: {n} rows are cut inside a character; the half character is dropped", *_ASK_SOURCE),
    "values_undecodable": Rule("warning", "字段 {field} 有 {n} 行不能按 {encoding} 读，置空", "field {field}: {n} rows cannot be read as {encoding} and become null", *_GIVE_ENCODING),
    "names_cut": Rule("warning", "字段名 {field} 在字符中间被截断", "the field name {field} is cut inside a character", "在映射中核对该字段。", "Check this field in the mapping."),
    "names_clash": Rule("warning", "字段名 {field} 重复，改称 {renamed}", "the field name {field} occurs twice; one is called {renamed}", "在映射中核对该字段。", "Check this field in the mapping."),
    "numbers_overflow": Rule("warning", "字段 {field} 有 {n} 行全是星号（溢出，或有的软件以此表示无值），置空", "field {field}: {n} rows hold asterisks (an overflow, or no value as some programs write it) and become null", *_ASK_SOURCE),
    "numbers_bad": Rule("warning", "字段 {field} 有 {n} 行不是数字，置空", "field {field}: {n} rows are not numbers and become null", *_ASK_SOURCE),
    "dates_bad": Rule("warning", "字段 {field} 有 {n} 行不是日期，置空", "field {field}: {n} rows are not dates and become null", *_ASK_SOURCE),
    "codes_floated": Rule("warning", "字段 {field} 的代码成了小数，{n} 行已还原为文本", "field {field}: codes had become decimals; {n} rows are text again", "核对还原的代码。", "Check the codes."),
    "codes_lost_digits": Rule("warning", "字段 {field} 有 {n} 行代码位数超过小数能存的，末位不可信", "field {field}: {n} codes are longer than decimals can hold; their last digits are lost", *_ASK_SOURCE),
    "cells_uncomputed": Rule("warning", "字段 {field} 有 {n} 行是没有计算结果的公式，置空", "field {field}: {n} rows hold formulas that were never computed and become null", "用 Excel 打开并保存一次，或粘贴为数值后再交。", "Open and save it once in a spreadsheet program, or paste the values, and deliver again."),
    "cells_in_error": Rule("warning", "字段 {field} 有 {n} 行是公式错误（如 #N/A），置空", "field {field}: {n} rows show the error of a formula (such as #N/A) and become null", *_ASK_SOURCE),
    "rows_deleted": Rule("warning", "{n} 行标为已删除，不读", "{n} rows are marked deleted and are not read", *_NOTHING),
    "counts_differ": Rule("warning", "图形 {shapes} 个、属性 {records} 行，数目不符", "{shapes} shapes but {records} attribute rows", *_ASK_SOURCE),
    "table_truncated": Rule("warning", "属性表被截断：应有 {declared} 行，只有 {there} 行", "the attribute table is truncated: {declared} rows declared, {there} there", *_EXPORT_AGAIN),
    "no_attributes": Rule("warning", "没有属性表 .dbf", "there is no attribute table .dbf", *_ASK_SOURCE),
    "sidecar_choice": Rule("question", "{layer} 没有自己的属性表，旁边的 {file} 行数相同", "{layer} has no attribute table of its own; {file} beside it has as many rows", "用 --source-layer 选择。", "Choose with --source-layer.", "--source-layer"),
    "several_layers": Rule("question", "有 {count} 个图层：{names}", "there are {count} layers: {names}", "用 --source-layer 指明一个。", "Name one with --source-layer.", "--source-layer"),
    "layer_unknown": Rule("error", "没有图层 {wanted}，只有 {names}", "there is no layer {wanted}, only {names}", "从清单中选。", "Choose one of the list."),
    "litter_ignored": Rule("info", "忽略无关文件：{names}", "files that are not needed were ignored: {names}", *_NOTHING),
    "sidecar_twice": Rule("question", "{layer} 有两个不同的 {ending}：{files}", "{layer} has two different {ending}: {files}", "删去多余的一个后再交。", "Remove the one that is not meant and deliver again."),
    "fields_unread": Rule("info", "字段 {field} 的类型 {letter} 不读", "field {field} has type {letter}, which is not read", *_NOTHING),
    "tables_ignored": Rule("info", "忽略没有图形的表：{names}", "tables without shapes were ignored: {names}", *_NOTHING),
}  # fmt: skip

#: What is wrong with the places, alone or against a layer.
PLACES: dict[str, Rule] = {
    "crs_missing": Rule("question", "没有坐标系说明", "no coordinate system is stated", *_GIVE_CRS, "--crs"),
    "crs_unusable": Rule("question", "坐标系说明不可用：{reason_zh}", "the coordinate system stated cannot be used: {reason_en}", *_GIVE_CRS, "--crs"),
    "crs_contradicted": Rule("question", "坐标与声明的坐标系 {crs} 不符（{sample}）", "the coordinates contradict the stated system {crs} ({sample})", *_GIVE_CRS, "--crs"),
    "crs_from_columns": Rule("info", "按列名 {columns} 认作经纬度（EPSG:4326）", "columns {columns} are taken as longitude and latitude (EPSG:4326)", *_NOTHING),
    "axes_swapped": Rule("question", "坐标的两个轴像是对调了（{sample}）", "the two axes look swapped ({sample})", "用 --swap-axes 对调。", "Swap them with --swap-axes.", "--swap-axes"),
    "datum_suspected": Rule("question", "疑为 {datum} 偏移坐标：{reason_zh}", "{datum} coordinates are suspected: {reason_en}", "用 --source-datum 指明。", "Name the datum with --source-datum.", "--source-datum"),
    "old_datum": Rule("warning", "{datum} 未给转换参数，按椭球坐标直接采用，误差可达约 {accuracy_m} 米", "{datum} without conversion parameters is taken as it stands; positions may be off by about {accuracy_m} m", "有 3、4 或 7 参数时用 --datum-params 给出。", "Give 3, 4 or 7 parameters with --datum-params where you have them."),
    "datum_shifted": Rule("info", "{datum} 已按给出的 {count} 参数转到 CGCS2000，移动约 {moved} 米；精度以提供参数的单位所述为准，通常 {accuracy_m} 米以内", "{datum} was moved to CGCS2000 by the {count} parameters given, by about {moved} m; it is as exact as their source says, usually within {accuracy_m} m", *_NOTHING),
    "datum_fitted": Rule("info", "{datum} 已按 {points} 个控制点求得的 {count} 参数转到 CGCS2000，移动约 {moved} 米；点位中误差 {accuracy_m} 米，最大残差 {most} 米（第 {worst} 点）", "{datum} was moved to CGCS2000 by {count} parameters fitted to {points} control points, by about {moved} m; mean error of a position {accuracy_m} m, largest residual {most} m (point {worst})", *_NOTHING),
    "datum_params_unusable": Rule("error", "--datum-params {value} 不可用：{reason_zh}", "--datum-params {value} cannot be used: {reason_en}", "核对参数的个数、单位和次序：3 个（米），4 个（米、米、角秒、ppm），7 个（米、角秒、ppm，坐标框架旋转），或每点四个数的控制点。", "Check number, units and order: 3 (metres), 4 (metres, metres, arc-seconds, ppm), 7 (metres, arc-seconds, ppm, coordinate frame rotation), or control points of four numbers each."),
    "answer_contradicted": Rule("question", "给出的坐标系 {crs} 与坐标不符（{sample}）", "the system given, {crs}, contradicts the coordinates ({sample})", *_GIVE_CRS, "--crs", True),
    "outside_district": Rule("question", "{n} 行在辖区之外", "{n} rows lie outside the district", *_GIVE_CRS, "--crs"),
    "wrong_kind": Rule("error", "几何类型 {kind} 与图层 {target} 不符（应为 {wanted}）", "geometry of type {kind} does not fit layer {target} (wants {wanted})", "换目标图层，或转换几何类型。", "Choose another layer, or convert the geometry."),
    "codes_duplicate": Rule("error", "代码重复：{codes}", "codes occur twice: {codes}", "每个代码只留一行。", "Keep one row a code."),
    "codes_repeated": Rule("warning", "代码重复：{codes}", "codes occur twice: {codes}", "每个代码只留一行。", "Keep one row a code."),
    "overlap_above": Rule("error", "{n} 行互相重叠超过 1 平方米，最大 {area}（{pair}）", "{n} rows overlap by more than 1 m², {area} at most ({pair})", "修正所列的边界。", "Mend the borders listed."),
    "overlap_below": Rule("warning", "{n} 行互相重叠不到 1 平方米，将贴合", "{n} rows overlap by less than 1 m²; they will be snapped", *_NOTHING),
    "gap_above": Rule("error", "{n} 处缝隙超过 1 平方米，最大 {area}", "{n} gaps exceed 1 m², {area} at most", "修正所列的边界。", "Mend the borders listed."),
    "gap_below": Rule("warning", "{n} 处缝隙不到 1 平方米，将贴合", "{n} gaps are below 1 m²; they will be closed", *_NOTHING),
}  # fmt: skip

#: What a mapping cannot settle, and values that the layer cannot hold.
MAPPING: dict[str, Rule] = {
    "mapping_missing": Rule("question", "必填字段 {title}（{field}）没有对应的列", "the required field {field} has no column", *_GIVE_MAPPING, "--mapping"),
    "mapping_unsure": Rule("question", "必填字段 {title}（{field}）像是列 {column}，把握 {confidence}", "the required field {field} looks like column {column}, confidence {confidence}", *_GIVE_MAPPING, "--mapping"),
    "mapping_guessed": Rule("info", "字段 {title}（{field}）取自列 {column}，把握 {confidence}", "field {field} is taken from column {column}, confidence {confidence}", "在映射中核对该字段。", "Check this field in the mapping."),
    "values_unknown": Rule("question", "列 {column} 的值 {sample} 不在 {title}（{field}）的代码表里", "values of column {column} are not in the code list of {field}: {sample}", "在映射中为这些值指定代码。", "Say in the mapping what these values mean.", "--mapping"),
    "columns_unused": Rule("info", "未使用的列：{names}", "columns that are not used: {names}", *_NOTHING),
    "column_unknown": Rule("error", "映射指定的列 {column} 不在文件里", "the file has no column {column}, which the mapping names", "在映射中另选一列。", "Choose another column in the mapping."),
    "constant_unusable": Rule("error", "字段 {field} 的固定值 {value} 不可用", "field {field} cannot hold the constant {value}", "在映射中改正固定值。", "Correct the constant in the mapping."),
    "required_missing": Rule("error", "{n} 行缺必填字段 {title}（{field}）", "{n} rows lack the required field {field}", "补齐所列的行，或在映射中给固定值。", "Fill the rows listed, or give a constant in the mapping."),
    "values_unlisted": Rule("warning", "字段 {field} 有 {n} 行的值不在代码表里（{sample}），置空", "field {field}: {n} rows hold values outside the code list ({sample}) and become empty", "在映射中为这些值指定代码。", "Say in the mapping what these values mean."),
    "values_too_long": Rule("warning", "字段 {field} 有 {n} 行太长，已截短（{sample}）", "field {field}: {n} rows are too long and are cut ({sample})", *_ASK_SOURCE),
    "values_garbled": Rule("warning", "字段 {field} 有 {n} 行含不能解码的字符，置空", "field {field}: {n} rows hold characters that cannot be decoded and become empty", *_GIVE_ENCODING),
    "booleans_bad": Rule("warning", "字段 {field} 有 {n} 行既非是也非否（{sample}），置空", "field {field}: {n} rows are neither yes nor no ({sample}) and become null", *_ASK_SOURCE),
    "numbers_not_whole": Rule("warning", "字段 {field} 有 {n} 行不是整数（{sample}），置空", "field {field}: {n} rows are not whole numbers ({sample}) and become null", *_ASK_SOURCE),
    "numbers_out_of_range": Rule("warning", "字段 {field} 有 {n} 行超出可存的范围（{sample}），置空", "field {field}: {n} rows are beyond what can be stored ({sample}) and become null", *_ASK_SOURCE),
    "codes_malformed": Rule("error", "{n} 行的代码不合 {level} 的编码规则（{sample}）", "{n} rows have codes that are not those of a {level} ({sample})", "改正所列的代码。", "Correct the codes listed."),
    "area_codes_contradict": Rule("warning", "字段 {field} 有 {n} 行与所在位置不符", "field {field}: {n} rows name an area in which they do not lie", "核对所列的行；按文件所写保存。", "Check the rows listed; what the file says is kept."),
    "rows_without_shape": Rule("warning", "{n} 行没有图形，不导入", "{n} rows without a shape are not imported", *_ASK_SOURCE),
    "kind_unfit": Rule("error", "{n} 行的几何类型与图层 {target} 不符（应为 {wanted}）", "{n} rows have a geometry type that layer {target} cannot hold (it wants {wanted})", "换目标图层，或转换几何类型。", "Choose another layer, or convert the geometry."),
    "not_placed": Rule("question", "坐标系未定，不知数据在何处", "nobody knows yet where the data lies", *_GIVE_CRS, "--crs"),
}  # fmt: skip

#: How the rows of a layer must lie to each other and to what stands.
TOPOLOGY: dict[str, Rule] = {
    "nodes_added": Rule("info", "补 {count} 个节点，移动 {moved} 个顶点（1 厘米以内），{n} 行", "{count} missing nodes were added and {moved} vertices moved by up to 1 cm, in {n} rows", *_NOTHING),
    "slivers_snapped": Rule("warning", "{count} 处不到 1 平方米的重叠或缝隙已贴合，共 {area}", "{count} overlaps or gaps below 1 m² were snapped, {area} in all", *_NOTHING),
    "parent_gap": Rule("error", "{count} 个上级区域没有铺满，最大缺 {area}（{pair}）", "{count} areas above are not covered, {area} lacking at most ({pair})", "修正所列的边界。", "Mend the borders listed."),
    "parent_excess": Rule("error", "{n} 行超出上级区域，最大 {area}（{pair}）", "{n} rows reach beyond the area above, by {area} at most ({pair})", "修正所列的边界。", "Mend the borders listed."),
    "parent_unknown": Rule("error", "{n} 行的上级区域不存在（{pair}）", "{n} rows belong to an area that is not there ({pair})", "先导入上级图层，或改正代码。", "Import the layer above first, or correct the codes."),
    "children_unfit": Rule("warning", "{count} 个区域与现有下级不再吻合，最大相差 {area}（{pair}）", "{count} areas no longer fit what stands below them, {area} at most ({pair})", "随后导入下级图层。", "Import the layer below afterwards."),
    "rows_overlap": Rule("warning", "{n} 行互相重叠超过 1 平方米，最大 {area}（{pair}）", "{n} rows overlap by more than 1 m², {area} at most ({pair})", "核对所列的行。", "Check the rows listed."),
    "roads_isolated": Rule("warning", "{n} 条道路与路网不相连", "{n} roads are not connected to the network", "核对所列的行。", "Check the rows listed."),
    "roads_dangling": Rule("warning", "{count} 个道路端点距另一条路不到 1 米却不相接", "{count} ends of roads stop less than 1 m short of another road", "核对所列的行。", "Check the rows listed."),
}  # fmt: skip

#: What stands against letting it take effect.
EFFECT: dict[str, Rule] = {
    "rows_of_others": Rule("error", "{n} 行会改动您辖区之外的要素", "{n} rows would change features outside your area", "只交本辖区的行，或请有权限的人员导入。", "Deliver the rows of your own area only, or ask somebody who may edit there."),
    "effective_too_early": Rule("error", "生效日期 {day} 早于图层最近一版的 {last}", "the day {day} lies before {last}, from which the layer's last version holds", "把生效日期改为 {last} 或以后。", "Choose {last} or a later day."),
    "mapping_field_unknown": Rule("error", "图层没有字段 {field}", "the layer has no field {field} that a file can fill", "检查映射中的字段名。", "Check the names of the fields in the mapping."),
    "many_removed": Rule("warning", "现有 {stored} 个要素中有 {count} 个不在交付中，将被移除", "{count} of {stored} features are not in the delivery and would be removed", "如只交了一部分，选“保留未交付的要素”。", "If this is a part of the layer only, choose to keep what is not delivered."),
    "compared_again": Rule("warning", "图层已由第 {base} 版到第 {version} 版，已重新比对", "the layer went from version {base} to {version} meanwhile and was compared again", "核对新的差异后再提交。", "Look at the differences again before you commit."),
    "layer_exists": Rule("error", "图层 {layer} 已存在", "there is a layer {layer} already", "换一个编号，或导入到该图层。", "Choose another id, or import into that layer."),
    "layer_being_made": Rule("error", "另一导入正要建立图层 {layer}", "another import is about to make the layer {layer}", "先提交或取消那个导入。", "Commit or cancel that import first."),
    "layer_unreadable": Rule("error", "自建图层的描述不可用：{reason_zh}", "the new layer's description cannot be used: {reason_en}", "改正描述。", "Mend the description."),
}  # fmt: skip

RULES: dict[str, Rule] = {**DOOR, **SHAPES, **WORDS, **PLACES, **MAPPING, **TOPOLOGY, **EFFECT}
