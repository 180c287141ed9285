/** Time of day in the district (Asia/Shanghai), whatever the machine's own zone. Pure. */

const ZONE = 'Asia/Shanghai';

/** @returns {{day: string, time: string}} `9月16日 周三`, `20:14:36` */
export function shanghai(date, language) {
  const chinese = language.startsWith('zh');
  const day = new Intl.DateTimeFormat(chinese ? 'zh-CN' : 'en-GB', {
    timeZone: ZONE, month: chinese ? 'long' : 'short', day: 'numeric', weekday: 'short',
  }).formatToParts(date);
  const part = (type) => day.find((one) => one.type === type)?.value ?? '';
  const time = new Intl.DateTimeFormat('en-GB', {
    timeZone: ZONE, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).format(date);
  const month = part('month');
  const text = chinese ? `${month}${/月$/.test(month) ? '' : '月'}${part('day')}日 ${part('weekday')}` : `${part('weekday')} ${part('day')} ${month}`;
  return { day: text, time };
}
