import { createHash } from 'node:crypto';
import type { DayView, ObjectiveState, ObjectiveView, StatusView, WindowName } from './objectives.ts';

const STYLE = `
:root{color-scheme:light dark;--paper:#f6f7f5;--card:#fff;--ink:#1b2420;--soft:#5d6a64;--line:#e1e6e2;--good:#2f8f6b;--good-soft:#dff1e8;--risk:#c48a12;--risk-soft:#fbf0d6;--bad:#c43d3d;--bad-soft:#fae1e0;--none:#d9dfdb}
@media (prefers-color-scheme:dark){:root{--paper:#121715;--card:#1a211e;--ink:#e6ece8;--soft:#96a49d;--line:#2a332f;--good:#4fb88f;--good-soft:#17372b;--risk:#e0ab45;--risk-soft:#3a2e13;--bad:#e5706c;--bad-soft:#3f1d1d;--none:#333d38}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:800px;margin:0 auto;padding:clamp(20px,5vw,56px) clamp(14px,4vw,24px) 48px}
.brand{display:flex;align-items:center;gap:10px;margin:0 0 22px;color:var(--soft);font-size:15px;font-weight:600;letter-spacing:.01em}
.brand svg{width:30px;height:20px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.hero{display:flex;align-items:center;gap:16px;padding:20px 22px;border-radius:14px;border:1px solid transparent}
.hero h1{margin:0;font-size:clamp(20px,5vw,26px);line-height:1.2;letter-spacing:-.01em}
.hero p{margin:3px 0 0;color:var(--soft);font-size:14px}
.dot{flex:none;width:20px;height:20px;border-radius:50%}
.good .dot,.d.good{background:var(--good)}.at_risk .dot,.d.at_risk{background:var(--risk)}.failing .dot,.d.failing{background:var(--bad)}.unmeasured .dot,.d.unmeasured{background:var(--none)}
.hero.good{background:var(--good-soft);border-color:var(--good)}.hero.at_risk{background:var(--risk-soft);border-color:var(--risk)}.hero.failing{background:var(--bad-soft);border-color:var(--bad)}
h2{margin:34px 0 12px;font-size:15px;color:var(--soft);font-weight:600}
article{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:18px 20px 16px;margin:0 0 14px}
header{display:flex;align-items:baseline;justify-content:space-between;gap:12px}
h3{margin:0;font-size:18px;letter-spacing:-.005em}
.state{font-size:14px;font-weight:600;white-space:nowrap}
.state.good{color:var(--good)}.state.at_risk{color:var(--risk)}.state.failing{color:var(--bad)}.state.unmeasured{color:var(--soft)}
.promise{margin:4px 0 14px;color:var(--soft);font-size:14px}
.promise b{color:var(--ink);font-weight:600}
.days{display:grid;grid-template-columns:repeat(30,1fr);gap:clamp(1px,.45vw,3px);height:34px}
.d{border-radius:3px;min-width:0}
.ends{display:flex;justify-content:space-between;margin:5px 0 14px;color:var(--soft);font-size:12px}
dl{display:grid;grid-template-columns:repeat(4,1fr);gap:10px;margin:0}
dt{color:var(--soft);font-size:12px}
dd{margin:1px 0 0;font-size:17px;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
dd.missed{color:var(--bad)}
dd small{display:block;color:var(--soft);font-size:12px;font-weight:400}
.figure{margin:12px 0 0;padding-top:10px;border-top:1px solid var(--line);color:var(--soft);font-size:14px}
footer{margin-top:26px;color:var(--soft);font-size:13px}
@media (max-width:480px){dl{grid-template-columns:repeat(2,1fr)}article{padding:16px 15px 14px}.hero{padding:16px}}
`;

/** What the page may load: nothing but its own style. */
export const STATUS_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

const WORDS = {
  operational: 'Everything works',
  degraded: 'Something is slower or less sure than it should be',
  down: 'Calls are not run',
} as const;
const HERO = { operational: 'good', degraded: 'at_risk', down: 'failing' } as const;
const STATES: Readonly<Record<ObjectiveState, string>> = {
  good: 'kept',
  at_risk: 'at risk',
  failing: 'not kept now',
  unmeasured: 'nothing to judge yet',
};
const WINDOW_WORDS: Readonly<Record<WindowName, string>> = {
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '30d': 'Last 30 days',
};

/** The status as a page: no scripts, no names of functions or people. */
export function renderStatusPage({ state, objectives, atMs, startedAtMs }: StatusView): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><meta http-equiv="refresh" content="60"><title>${WORDS[state]} · Flock of Birds</title><style>${STYLE}</style></head>
<body><main>
<p class="brand"><svg viewBox="0 0 30 20" aria-hidden="true"><path d="M2 8c3-4 6-4 8 0 2-4 5-4 8 0M14 16c2.500-3.500 5-3.500 7 0 2-3.500 4.500-3.500 7 0"/></svg>Flock of Birds</p>
<section class="hero ${HERO[state]}"><span class="dot"></span><div><h1>${WORDS[state]}</h1><p>As of ${time(atMs)}; this node runs since ${time(startedAtMs)}</p></div></section>
<h2>What the platform promises, and how it keeps it</h2>
${objectives.map(card).join('\n')}
<footer>Faults of functions themselves do not count here. Measured on this node from every call, not by samples.</footer>
</main></body></html>
`;
}

function card({ title, promise, target, state, windows, budgetLeft, figure, days }: ObjectiveView): string {
  const figures = (Object.keys(WINDOW_WORDS) as WindowName[]).map((name) => {
    const { share, met, total } = windows[name];
    const words = share === undefined ? '–' : percent(share, target);
    return `<div><dt>${WINDOW_WORDS[name]}</dt><dd${met ? '' : ' class="missed"'}>${words}${total === 0 ? '' : `<small>of ${grouped(total)}</small>`}</dd></div>`;
  });
  const left = budgetLeft === undefined ? '–' : `${Math.max(0, Math.round(budgetLeft * 100))}%`;
  return `<article><header><h3>${title}</h3><span class="state ${state}">${STATES[state]}</span></header>
<p class="promise"><b>${percent(target, target)}</b> ${promise}</p>
<div class="days" role="img" aria-label="${title}: the last 30 days, ${days.filter((day) => day.state === 'failing').length} of them bad">${days.map(cell).join('')}</div>
<div class="ends"><span>30 days ago</span><span>today</span></div>
<dl>${figures.join('')}<div><dt>Error budget left</dt><dd${budgetLeft !== undefined && budgetLeft <= 0 ? ' class="missed"' : ''}>${left}${budgetLeft === undefined ? '' : '<small>of 30 days</small>'}</dd></div></dl>${figure === undefined ? '' : `\n<p class="figure">${figure}</p>`}</article>`;
}

function cell({ day, state, share }: DayView): string {
  return `<span class="d ${state}" title="${day}: ${share === undefined ? 'nothing' : percent(share, 0.999)}"></span>`;
}

/** As many digits as it takes to tell it from the target. */
export function percent(share: number, target: number): string {
  const digits = target >= 0.9999 ? 3 : target >= 0.999 ? 2 : 1;
  // What is not all is not told as all.
  const floor = Math.floor(share * 100 * 10 ** digits) / 10 ** digits;
  return `${share === 1 ? '100' : floor.toFixed(digits).replace(/\.?0+$/, '')}%`;
}

function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

function time(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
