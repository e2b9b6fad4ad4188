import { formatCount, formatShare } from '../../ui/format.ts';
import type { Camera, Size } from './camera.ts';
import { glyph } from './glyphs.ts';
import type { Box, Layout } from './layout-shape.ts';
import type { MapEdge, MapModel, MapNode } from './model.ts';
import type { Palette } from './palette.ts';
import type { Particle } from './traffic.ts';

/** What is drawn, and how. */
export interface Scene {
  readonly model: MapModel;
  readonly layout: Layout;
  readonly camera: Camera;
  readonly palette: Palette;
  readonly screen: Size;
  /** Ids of nodes and edges that stand out; all else is drawn faintly. Empty where nothing does. */
  readonly lit: ReadonlySet<string>;
  readonly selected: string | undefined;
  /** Where the keyboard is. */
  readonly focused: string | undefined;
  readonly perMinute: (calls: number) => number;
}

/** Below this there are no words on nodes; from the other on there are numbers, too. */
const WORDS_FROM = 0.34;
const NUMBERS_FROM = 0.8;
/** Below this a name takes the place of the sign. */
const SIGNS_FROM = 0.8;
/** The letters of a name, and of numbers where there are any, are at least so high on the screen. */
const NAME_PX = 11;
const NUMBER_PX = 10.5;
/** So wide on the screen is the name of what fails at most, seen from afar. */
const MAX_FAILING_PX = 120;
/** On the map, a share of errors grows up to this as one goes away. */
const MAX_BADGE = 13;
/** Sizes of letters, and where they stand below a node's upper side; an outline is read from where one is. */
const LETTERS = { name: 12, nameAt: 14, number: 10.5, numberAt: 28 };
const OUTLINE_LETTERS = { name: 13.5, nameAt: 15, number: 12, numberAt: 32 };
const FAINT = 0.22;
/** Below this a line does not say how many of its calls failed. */
const BADGE_FROM = 0.3;
/** How wide a letter is, of its height, at most on average. */
const LETTER_WIDTH = 0.66;
/** An error share from which a line is one of errors. */
const BAD_FROM = 0.005;

type Context = CanvasRenderingContext2D;

/** Draws all that stands still. */
export function drawScene(context: Context, scene: Scene): void {
  const { camera, layout, model } = scene;
  const view = viewOf(scene);
  context.save();
  context.translate(camera.x, camera.y);
  context.scale(camera.scale, camera.scale);
  for (const [group, box] of Object.entries(layout.groups)) if (meets(box, view)) drawGroup(context, scene, group, box);
  for (const edge of model.edges) {
    const line = layout.lines[edge.id];
    if (line !== undefined && !(layout.isOutline && isBeside(line, view))) drawEdge(context, scene, edge, line);
  }
  for (const node of model.nodes) {
    const box = layout.nodes[node.id];
    if (box !== undefined && meets(box, view)) drawNode(context, scene, node, box);
  }
  if (camera.scale < WORDS_FROM) for (const node of model.nodes) drawFailing(context, scene, node);
  context.restore();
}

/** Draws what moves: rings for calls, crosses for those that failed. */
export function drawParticles(context: Context, scene: Scene, particles: readonly Particle[]): void {
  const { camera, layout, palette, lit } = scene;
  const radius = Math.max(2, Math.min(4.2, 3.4 * Math.sqrt(camera.scale)));
  const badges = new Map(
    scene.model.edges.flatMap((edge) => {
      const line = layout.lines[edge.id];
      if (line === undefined || !hasBadge(scene, edge)) return [];
      const { width, high } = badgeOf(edge.numbers.errors / edge.numbers.calls, camera);
      const [x, y] = pointAt(line, 0.5);
      return [[edge.id, { x, y, aside: width / 2 + radius / camera.scale, above: high / 2 }]];
    }),
  );
  for (const bad of [false, true]) {
    context.beginPath();
    for (const particle of particles) {
      const line = layout.lines[particle.edge];
      if (particle.bad !== bad || line === undefined || (lit.size > 0 && !lit.has(particle.edge))) continue;
      const [px, py] = pointAt(line, particle.at);
      // Below what says how many failed, which has to be read.
      const badge = badges.get(particle.edge);
      if (badge !== undefined && Math.abs(px - badge.x) < badge.aside && Math.abs(py - badge.y) < badge.above) continue;
      const x = px * camera.scale + camera.x;
      const y = (py + particle.aside * 1.6) * camera.scale + camera.y;
      if (bad) {
        const arm = radius * 1.25;
        context.moveTo(x - arm, y - arm);
        context.lineTo(x + arm, y + arm);
        context.moveTo(x + arm, y - arm);
        context.lineTo(x - arm, y + arm);
      } else {
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, Math.PI * 2);
      }
    }
    if (bad) {
      context.strokeStyle = palette['chart-bad'];
      context.lineWidth = 2.2;
      context.stroke();
    } else {
      context.fillStyle = palette['chart-1'];
      context.fill();
    }
  }
}

/** The point of a line at this part of it. */
function pointAt(line: readonly number[], at: number): [x: number, y: number] {
  const last = line.length / 2 - 1;
  const place = Math.min(last, Math.max(0, at * last));
  const index = Math.min(last - 1, Math.floor(place)) * 2;
  const part = place - index / 2;
  const x = line[index]! + (line[index + 2]! - line[index]!) * part;
  return [x, line[index + 1]! + (line[index + 3]! - line[index + 1]!) * part];
}

function viewOf({ camera, screen }: Scene): Box {
  const { scale, x, y } = camera;
  return { x: -x / scale, y: -y / scale, width: screen.width / scale, height: screen.height / scale };
}

function meets(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/** Whether a line of the outline, which goes straight up or down, is above or below what is seen. */
function isBeside(line: readonly number[], { y, height }: Box): boolean {
  const [begin, end] = [line[1]!, line.at(-1)!];
  return Math.max(begin, end) < y || Math.min(begin, end) > y + height;
}

function drawGroup(context: Context, { palette, camera }: Scene, group: string, box: Box): void {
  context.beginPath();
  context.roundRect(box.x, box.y, box.width, box.height, 14);
  context.fillStyle = palette.sunken;
  context.globalAlpha = 0.55;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = palette.line;
  context.lineWidth = 1 / camera.scale;
  context.stroke();
  // The title keeps its size, so that it is read from afar.
  const size = Math.min(46, 13 / Math.min(camera.scale, 1));
  context.font = `600 ${size}px ${palette.font}`;
  context.fillStyle = palette.muted;
  context.textBaseline = 'middle';
  context.fillText(shorten(context, group, box.width - 24), box.x + 14, box.y + Math.max(17, size * 0.7));
}

function drawEdge(context: Context, scene: Scene, edge: MapEdge, line: readonly number[]): void {
  const { palette, camera, lit, selected, perMinute } = scene;
  const { calls, errors } = edge.numbers;
  const isBad = calls > 0 && errors / calls >= BAD_FROM;
  const isSelected = selected === edge.id;
  const width = calls === 0 ? 1 : 1.3 + Math.min(4.2, Math.log10(1 + perMinute(calls)) * 1.25);
  context.globalAlpha = lit.size > 0 && !lit.has(edge.id) ? FAINT : 1;
  context.lineWidth = Math.max(width, 0.9 / camera.scale);
  context.strokeStyle = isSelected
    ? palette.accent
    : isBad
      ? palette['chart-bad']
      : calls > 0
        ? palette.flow
        : palette['line-strong'];
  // Errors break the line as well as colour it; what is silent is dotted.
  context.setLineDash(calls === 0 ? [2, 5] : isBad ? [11, 4] : []);
  context.beginPath();
  context.moveTo(line[0]!, line[1]!);
  for (let at = 2; at < line.length; at += 2) context.lineTo(line[at]!, line[at + 1]!);
  context.stroke();
  context.setLineDash([]);
  if (camera.scale > 0.16) arrow(context, line, width);
  if (hasBadge(scene, edge)) badge(context, scene, line, errors / calls);
  context.globalAlpha = 1;
}

function arrow(context: Context, line: readonly number[], width: number): void {
  const x = line.at(-2)!;
  const y = line.at(-1)!;
  const angle = Math.atan2(y - line.at(-5)!, x - line.at(-6)!);
  const size = 6 + width;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - size * Math.cos(angle - 0.42), y - size * Math.sin(angle - 0.42));
  context.lineTo(x - size * Math.cos(angle + 0.42), y - size * Math.sin(angle + 0.42));
  context.closePath();
  context.fillStyle = context.strokeStyle;
  context.fill();
}

/** How many of the calls on a line failed. */
function badge(context: Context, { palette, camera }: Scene, line: readonly number[], share: number): void {
  const [x, y] = pointAt(line, 0.5);
  const { words, size, width, high } = badgeOf(share, camera);
  context.font = `600 ${size}px ${palette.font}`;
  context.beginPath();
  context.roundRect(x - width / 2, y - high / 2, width, high, high / 2);
  context.fillStyle = palette['bad-soft'];
  context.fill();
  context.strokeStyle = palette.bad;
  context.lineWidth = 1;
  context.stroke();
  context.fillStyle = palette.bad;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  context.fillText(words, x, y + 0.5);
  context.textAlign = 'start';
}

/** What such a badge says, and how large it is. */
function badgeOf(share: number, { scale }: Camera): { words: string; size: number; width: number; high: number } {
  const words = `✕ ${formatShare(Math.max(0.01, Math.round(share * 100) / 100))}`;
  const size = Math.min(MAX_BADGE, Math.max(NUMBER_PX, NUMBER_PX / scale));
  return { words, size, width: size * (words.length * LETTER_WIDTH + 1.2), high: size * 1.7 };
}

/** Whether a line says how many of its calls failed. */
function hasBadge({ camera, layout }: Scene, { numbers: { calls, errors } }: MapEdge): boolean {
  return calls > 0 && errors / calls >= BAD_FROM && camera.scale >= BADGE_FROM && !layout.isOutline;
}

function drawNode(context: Context, scene: Scene, node: MapNode, box: Box): void {
  const { palette, camera, lit, selected, focused } = scene;
  const share = node.calls > 0 ? node.errors / node.calls : 0;
  const isBad = share >= BAD_FROM;
  const isSelected = selected === node.id;
  context.globalAlpha = lit.size > 0 && !lit.has(node.id) ? FAINT : 1;
  context.beginPath();
  context.roundRect(
    box.x,
    box.y,
    box.width,
    box.height,
    node.kind === 'function' || node.kind === 'group' ? 9 : box.height / 2,
  );
  context.fillStyle = isBad ? palette['bad-soft'] : node.silent ? palette.page : palette.surface;
  context.fill();
  context.setLineDash(node.silent ? [4, 4] : []);
  context.lineWidth = Math.max(isSelected ? 2.5 : isBad ? 1.8 : 1.1, 0.8 / camera.scale);
  context.strokeStyle = isSelected ? palette.accent : isBad ? palette['chart-bad'] : palette['line-strong'];
  context.stroke();
  context.setLineDash([]);
  if (focused === node.id) {
    context.beginPath();
    context.roundRect(box.x - 4, box.y - 4, box.width + 8, box.height + 8, 13);
    context.lineWidth = 2 / Math.min(1, camera.scale);
    context.strokeStyle = palette.accent;
    context.stroke();
  }
  if (camera.scale >= SIGNS_FROM || camera.scale < WORDS_FROM) drawSign(context, scene, node, box, isBad ? share : 0);
  if (camera.scale >= WORDS_FROM) drawWords(context, scene, node, box, isBad ? share : 0);
  context.globalAlpha = 1;
}

/** The name of a function that fails, from so far away that others have none: what is red is what one looks for. */
function drawFailing(context: Context, { palette, camera, layout, lit }: Scene, node: MapNode): void {
  const box = layout.nodes[node.id];
  const isBad = node.calls > 0 && node.errors / node.calls >= BAD_FROM;
  if (box === undefined || node.kind !== 'function' || !isBad || (lit.size > 0 && !lit.has(node.id))) return;
  const letters = NAME_PX / camera.scale;
  context.font = `600 ${letters}px ${palette.font}`;
  const words = shorten(context, node.name, MAX_FAILING_PX / camera.scale);
  const height = Math.max(box.height, letters * 1.5);
  const top = box.y + (box.height - height) / 2;
  context.beginPath();
  context.roundRect(box.x, top, Math.max(box.width, context.measureText(words).width + letters), height, 9);
  context.fillStyle = palette['bad-soft'];
  context.fill();
  context.lineWidth = 1.2 / camera.scale;
  context.strokeStyle = palette['chart-bad'];
  context.stroke();
  context.fillStyle = palette.bad;
  context.textBaseline = 'middle';
  context.fillText(words, box.x + letters / 2, box.y + box.height / 2);
}

/** The sign of its kind, in a ring whose part of errors is thicker and red. */
function drawSign(context: Context, { palette }: Scene, node: MapNode, box: Box, bad: number): void {
  const isSmall = node.kind === 'door';
  const size = isSmall ? 12 : 14;
  const x = box.x + (isSmall ? 13 : 20);
  const y = box.y + box.height / 2;
  if ((node.kind === 'function' || node.kind === 'group') && node.calls > 0) {
    context.lineWidth = 1.8;
    context.strokeStyle = palette['chart-1'];
    context.beginPath();
    context.arc(x, y, 13, 0, Math.PI * 2);
    context.stroke();
    if (bad > 0) {
      context.lineWidth = 4;
      context.strokeStyle = palette['chart-bad'];
      context.beginPath();
      context.arc(x, y, 13, -Math.PI / 2, -Math.PI / 2 + Math.PI * 2 * Math.max(bad, 0.06));
      context.stroke();
    }
  }
  context.save();
  context.translate(x - size / 2, y - size / 2);
  context.scale(size / 24, size / 24);
  context.lineWidth = 2.2;
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.strokeStyle = node.silent ? palette.muted : palette.accent;
  context.stroke(glyph(node.kind));
  context.restore();
}

function drawWords(
  context: Context,
  { palette, perMinute, camera, layout }: Scene,
  node: MapNode,
  box: Box,
  bad: number,
): void {
  context.textBaseline = 'middle';
  const letters = layout.isOutline ? OUTLINE_LETTERS : LETTERS;
  const middle = box.y + box.height / 2 + 0.5;
  if (node.kind === 'door') {
    const begin = camera.scale >= SIGNS_FROM ? 24 : 10;
    context.font = `500 ${Math.max(letters.number + 0.5, NUMBER_PX / camera.scale)}px ${palette.font}`;
    context.fillStyle = palette.muted;
    context.fillText(shorten(context, node.name, box.width - begin - 8), box.x + begin, middle);
    return;
  }
  const hasNumbers = camera.scale >= NUMBERS_FROM;
  const inset = camera.scale >= SIGNS_FROM ? 39 : 12;
  const left = box.x + inset;
  const room = box.width - inset - 9;
  context.font = `580 ${hasNumbers ? Math.max(letters.name, NAME_PX / camera.scale) : NAME_PX / camera.scale}px ${palette.font}`;
  context.fillStyle = node.silent ? palette.muted : palette.text;
  context.fillText(shorten(context, node.name, room), left, hasNumbers ? box.y + letters.nameAt : middle);
  if (!hasNumbers) return;
  context.font = `400 ${Math.max(letters.number, NUMBER_PX / camera.scale)}px ${palette.font}`;
  context.fillStyle = bad > 0 ? palette.bad : palette.muted;
  const count = node.calls || (node.detail === undefined ? (node.passes ?? 0) : 0);
  const rate = count > 0 ? rateWords(count, perMinute(count)) : undefined;
  const words = bad > 0 ? `✕ ${formatShare(bad)} of ${rate}` : (rate ?? node.detail ?? 'silent');
  context.fillText(shorten(context, words, room), left, box.y + letters.numberAt);
}

/** Calls a minute; where that is nearly nothing, how many there were. */
function rateWords(calls: number, perMinute: number): string {
  return perMinute >= 0.1 ? `${formatCount(perMinute)}/min` : `${calls} in all`;
}

const shortened = new Map<string, string>();

/** A text that fits, ended by an ellipsis where it had to be cut. Kept, for the same words are drawn in every frame. */
function shorten(context: Context, text: string, room: number): string {
  const key = `${context.font}\n${Math.round(room)}\n${text}`;
  const known = shortened.get(key);
  if (known !== undefined) return known;
  if (shortened.size > 5_000) shortened.clear();
  let fitting = text.slice(0, 200);
  if (context.measureText(fitting).width > room) {
    let low = 0;
    let high = fitting.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (context.measureText(`${fitting.slice(0, middle)}…`).width <= room) low = middle;
      else high = middle - 1;
    }
    fitting = `${fitting.slice(0, low)}…`;
  }
  shortened.set(key, fitting);
  return fitting;
}
