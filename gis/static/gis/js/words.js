/**
 * The words of the map page. English is the source; Chinese stands here, as in the templates' catalogue. Pure.
 */

import { OPS_ZH } from './ops/words.js';
import { REMOTE_ZH } from './remote/words.js';
import { STAFF_ZH } from './staff/words.js';
import { WALL_MAP_ZH } from './wall/map/words.js';

/** @type {Record<string, string>} */
export const ZH = {
  ...OPS_ZH,
  ...REMOTE_ZH,
  ...STAFF_ZH,
  ...WALL_MAP_ZH,
  'Dark': '深色',
  'Light': '浅色',
  'Layers': '图层',
  'shown from zoom {zoom}': '放大后显示（{zoom} 级起）',
  'up to zoom {zoom}': '放大到 {zoom} 级后隐去',
  '{count} features': '{count} 个',
  'Areas': '区划',
  'Ground': '地物',
  'Built': '建筑',
  'Places': '地点',
  'Watch': '视频',
  'Live': '动态',
  'Own layers': '自有图层',
  'Other': '其他',
  'Show {layer}': '显示{layer}',
  'Nothing is drawn here at this zoom.': '此处在本级没有可列的要素。',
  'Zoom in to list buildings and cameras.': '放大后列出建筑与摄像机。',
  'and {count} more': '另有 {count} 个',
  '{count} in view': '图中 {count} 个',
  'No match for “{text}”. Try a shorter name, pinyin initials (rml) or a code.': '没有与“{text}”相符的名称。可用更短的名称、拼音首字母（如 rml）或代码。',
  'Searching': '正在查找',
  'Search failed: the list and the map still work. Press Enter to try again.': '查找未成，地图照常。按回车重试。',
  '{count} sections': '{count} 段',
  '{count} results': '{count} 条结果',
  'Close': '关闭',
  'Zoom to it': '缩放至此',
  'Record': '记录',
  'Not recorded': '未填',
  ', ': '、',
  'Attributes': '属性',
  'Nearby': '附近',
  'Lies in': '所属',
  'version {version}': '版本 {version}',
  'Yes': '是',
  'No': '否',
  'none': '—',
  'Zoom in': '放大',
  'Zoom out': '缩小',
  'Whole district': '全区',
  'Tilt': '三维',
  'Flat': '二维',
  '3D view': '3D 视图',
  'Turn north up': '转回正北',
  'Map of the district. Arrow keys pan, plus and minus zoom, Shift with arrows turns and tilts, Enter tells what is at the centre.': '辖区地图。方向键移动，加减键缩放，Shift 加方向键旋转倾斜，回车查看中心处。',
  'zoom {zoom}': '{zoom} 级',
  'Map tiles did not arrive ({time}); search and cards still work.': '地图瓦片未取到（{time}），搜索与信息卡照常。',
  'The layer list did not arrive ({time}).': '图层目录未取到（{time}）。',
  'This browser cannot draw the map: WebGL 2 is missing or switched off. Search and cards still work.': '本浏览器无法绘图：WebGL 2 缺失或被关闭。搜索与信息卡照常。',
  'The drawing was interrupted; restoring.': '绘图中断，正在恢复。',
  'The feature did not arrive; it may be gone or outside what you may see.': '未取到该要素：可能已失效，或超出您的权限。',
  'Try again': '重试',
  'Selected: {name}': '已选：{name}',
  'Nothing here at this zoom': '此处在本级没有要素',
  'District': '辖区',
  'bridge': '桥',
  'offline': '离线',
  'Complete to seq {seq}': '完整至 seq {seq}',
  'matches the store, {ago}': '与库一致，{ago}',
  'not compared with the store yet, {ago}': '尚未与库核对，{ago}',
  'differs from the store, fetching again': '画面与库不一致，正在重取',
  'Live connection lost, trying again': '实时连接中断，正在重连',
  'Live connection lost since {time}, trying again': '实时连接 {time} 中断，正在重连',
  'Waiting for live data': '等待实时数据',
  'Signed out: live data has stopped': '已退出登录，实时数据停止',
  'Sign in again': '重新登录',
  '{count} beats missing in 4 minutes': '近 4 分钟缺 {count} 拍',
  '{count} units without a recent position': '{count} 队停更',
  'Live data': '实时数据',
  'Live data are as of {time}; marks are grey until they come again.': '实时数据停在 {time}，恢复前图上标记为灰色。',
  'Live data do not arrive; the map, search and cards still work.': '实时数据未取到，地图、搜索与信息卡照常。',
  'no position for {ago}': '停更 {ago}',
  '{count} s': '{count} 秒',
  '{count} min': '{count} 分',
  '{count} h': '{count} 时',
  '{ago} ago': '{ago}前',
  'New: {name}': '新增：{name}',
};

/**
 * A function that says a text in one language, filling `{name}` from `values`.
 * @param {string} language `zh-hans` or `en` @param {Record<string, string>} [dictionary] the Chinese of the page
 * @returns {(text: string, values?: Record<string, string|number>) => string}
 */
export function speaker(language, dictionary = ZH) {
  const chinese = isChinese(language);
  return (text, values = {}) => {
    const pattern = (chinese && dictionary[text]) || text;
    return pattern.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  };
}

/** True for every kind of Chinese. @param {string} language */
export function isChinese(language) {
  return language.toLowerCase().startsWith('zh');
}

/** The title of a described thing (layer, field, code value) in one language. */
export function titleOf(thing, language) {
  const zh = thing.title_zh ?? thing.zh ?? '';
  const en = thing.title_en ?? thing.en ?? '';
  return isChinese(language) ? zh || en : en || zh;
}

/** The name of a feature in one language, falling back to the other, then to its code. */
export function nameOf(properties, language) {
  const order = isChinese(language) ? ['name', 'name_en', 'code'] : ['name_en', 'name', 'code'];
  for (const key of order) if (properties[key]) return String(properties[key]);
  return '';
}
