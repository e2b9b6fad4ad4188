import { bringIn, type Camera, fit, type Size, zoomAt } from './camera.ts';
import { drawParticles, drawScene, type Scene } from './draw.ts';
import type { Box, Layout } from './layout-shape.ts';
import type { MapModel } from './model.ts';
import { readPalette } from './palette.ts';
import { type Heard, Traffic } from './traffic.ts';

const LINE_REACH_PX = 8;
/** Around the outline. */
export const OUTLINE_MARGIN_PX = 12;
const READABLE = 0.8;
const MINUTE_MS = 60_000;

/**
 * Draws the map into two canvases: what stands still into one, only when it changed; what moves into the other, only while
 * anything moves.
 */
export class MapView {
  private readonly still: HTMLCanvasElement;
  private readonly moving: HTMLCanvasElement;
  /** What is scrolled where the layout is an outline. */
  private readonly scroller: HTMLElement;
  private readonly traffic = new Traffic();
  private scene: Omit<Scene, 'model' | 'layout'>;
  private model: MapModel | undefined;
  private layout: Layout | undefined;
  private frame = 0;
  private isDirty = true;
  private hasMoved = false;
  private moves = true;
  private lastMs = 0;

  constructor(still: HTMLCanvasElement, moving: HTMLCanvasElement, scroller: HTMLElement) {
    this.still = still;
    this.moving = moving;
    this.scroller = scroller;
    this.scene = {
      camera: { scale: 1, x: 0, y: 0 },
      palette: readPalette(),
      screen: { width: 0, height: 0 },
      lit: new Set(),
      selected: undefined,
      focused: undefined,
      perMinute: (calls) => calls,
    };
  }

  show(model: MapModel, layout: Layout, countedMs: number): void {
    const isAnother = layout !== this.layout;
    this.model = model;
    this.layout = layout;
    this.scene = { ...this.scene, perMinute: (calls) => (calls * MINUTE_MS) / countedMs };
    this.traffic.setModel(model, (edge) => lengthOf(layout.lines[edge] ?? []));
    if (layout.isOutline) this.follow();
    else if (isAnother && !this.hasMoved) this.fit();
    this.redraw();
  }

  mark(marks: Pick<Scene, 'lit' | 'selected' | 'focused'>): void {
    this.scene = { ...this.scene, ...marks };
    this.redraw();
  }

  /** After the colours changed. */
  recolor(): void {
    this.scene = { ...this.scene, palette: readPalette() };
    this.redraw();
  }

  /** Whether particles move. */
  setMoves(moves: boolean): void {
    this.moves = moves;
    if (!moves) this.traffic.clear();
    this.redraw();
  }

  heard(functions: Heard): void {
    if (!this.moves || document.hidden) return;
    this.traffic.heard(functions);
    this.schedule();
  }

  resize(screen: Size): void {
    const ratio = Math.min(devicePixelRatio, 2);
    for (const canvas of [this.still, this.moving]) {
      canvas.width = Math.round(screen.width * ratio);
      canvas.height = Math.round(screen.height * ratio);
    }
    this.scene = { ...this.scene, screen };
    if (!this.hasMoved) this.fit();
    this.redraw();
  }

  /** Whether it is scrolled, rather than dragged and zoomed. */
  get isScrolled(): boolean {
    return this.layout?.isOutline === true;
  }

  /** Follows the scrolled outline. */
  follow(): void {
    if (!this.isScrolled) return;
    this.hasMoved = false;
    this.setCamera({ scale: 1, x: OUTLINE_MARGIN_PX, y: OUTLINE_MARGIN_PX - this.scroller.scrollTop });
  }

  fit(): void {
    this.hasMoved = false;
    if (this.isScrolled) this.follow();
    else if (this.layout !== undefined) this.setCamera(fit(this.layout, this.scene.screen));
  }

  pan(dx: number, dy: number): void {
    if (this.isScrolled) return;
    const { camera } = this.scene;
    this.hasMoved = true;
    this.setCamera({ ...camera, x: camera.x + dx, y: camera.y + dy });
  }

  zoom(factor: number, at?: { x: number; y: number }): void {
    if (this.isScrolled) return;
    const { width, height } = this.scene.screen;
    this.hasMoved = true;
    this.setCamera(zoomAt(this.scene.camera, factor, at ?? { x: width / 2, y: height / 2 }));
  }

  /** Makes a node, or a line, be seen. */
  reveal(id: string): void {
    const box = this.layout?.nodes[id] ?? boxOf(this.layout?.lines[id]);
    if (box === undefined) return;
    if (this.isScrolled) {
      const { scrollTop, clientHeight } = this.scroller;
      const isIn = box.y >= scrollTop && box.y + box.height + OUTLINE_MARGIN_PX * 2 <= scrollTop + clientHeight;
      if (!isIn) this.scroller.scrollTo({ top: box.y + box.height / 2 - clientHeight / 2 });
      this.follow();
      return;
    }
    const next = bringIn(this.scene.camera, box, this.layout!, this.scene.screen, READABLE);
    if (next === this.scene.camera) return;
    this.hasMoved = true;
    this.setCamera(next);
  }

  /** Where a node, or a line, lies on the screen, from the upper left corner of the canvas. */
  placeOf(id: string): Box | undefined {
    const box = this.layout?.nodes[id] ?? boxOf(this.layout?.lines[id]);
    const { scale, x, y } = this.scene.camera;
    return box && { x: box.x * scale + x, y: box.y * scale + y, width: box.width * scale, height: box.height * scale };
  }

  /** What lies at a point of the screen: a node before a line, which is found from `reachPx` away. */
  hit(x: number, y: number, reachPx = LINE_REACH_PX): string | undefined {
    const { model, layout } = this;
    if (model === undefined || layout === undefined) return undefined;
    const { camera } = this.scene;
    const wx = (x - camera.x) / camera.scale;
    const wy = (y - camera.y) / camera.scale;
    for (const { id } of model.nodes) {
      const box = layout.nodes[id];
      if (box && wx >= box.x && wx <= box.x + box.width && wy >= box.y && wy <= box.y + box.height) return id;
    }
    const reach = reachPx / camera.scale;
    let nearest = reach * reach;
    let found: string | undefined;
    for (const { id } of model.edges) {
      const away = distance(layout.lines[id] ?? [], wx, wy);
      if (away >= nearest) continue;
      nearest = away;
      found = id;
    }
    return found;
  }

  /** The nearest node in a direction; the first one where there is no start. */
  neighbour(start: string | undefined, dx: number, dy: number): string | undefined {
    const { model, layout } = this;
    if (model === undefined || layout === undefined) return undefined;
    const from = start === undefined ? undefined : layout.nodes[start];
    if (from === undefined) return model.nodes.find(({ kind }) => kind === 'function')?.id ?? model.nodes[0]?.id;
    let best = Number.POSITIVE_INFINITY;
    let found: string | undefined;
    for (const { id } of model.nodes) {
      const box = layout.nodes[id];
      if (box === undefined || id === start) continue;
      const x = box.x + box.width / 2 - (from.x + from.width / 2);
      const y = box.y + box.height / 2 - (from.y + from.height / 2);
      const along = x * dx + y * dy;
      const aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (along <= 1 || along + aside * 2.2 >= best) continue;
      best = along + aside * 2.2;
      found = id;
    }
    return found ?? start;
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
  }

  private setCamera(camera: Camera): void {
    this.scene = { ...this.scene, camera };
    this.redraw();
  }

  private redraw(): void {
    this.isDirty = true;
    this.schedule();
  }

  private schedule(): void {
    if (this.frame === 0) this.frame = requestAnimationFrame((nowMs) => this.draw(nowMs));
  }

  private draw(nowMs: number): void {
    this.frame = 0;
    const { model, layout } = this;
    if (model === undefined || layout === undefined) return;
    const scene: Scene = { ...this.scene, model, layout };
    if (this.isDirty) {
      this.isDirty = false;
      drawScene(cleared(this.still), scene);
    }
    // After a pause it goes on where it was.
    const moves = this.traffic.step(Math.min(64, nowMs - this.lastMs));
    this.lastMs = nowMs;
    drawParticles(cleared(this.moving), scene, this.traffic.particles);
    if (moves && !document.hidden) this.schedule();
  }
}

function cleared(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')!;
  const ratio = Math.min(devicePixelRatio, 2);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

function lengthOf(line: readonly number[]): number {
  let sum = 0;
  for (let at = 2; at < line.length; at += 2)
    sum += Math.hypot(line[at]! - line[at - 2]!, line[at + 1]! - line[at - 1]!);
  return sum;
}

function boxOf(line: readonly number[] | undefined) {
  if (line === undefined) return undefined;
  const xs = line.filter((_, at) => at % 2 === 0);
  const ys = line.filter((_, at) => at % 2 === 1);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** How far a point is from a line, squared. */
function distance(line: readonly number[], x: number, y: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let at = 2; at < line.length; at += 2) {
    const [ax, ay] = [line[at - 2]!, line[at - 1]!];
    const [bx, by] = [line[at]! - ax, line[at + 1]! - ay];
    const t = Math.max(0, Math.min(1, ((x - ax) * bx + (y - ay) * by) / (bx * bx + by * by || 1)));
    const [dx, dy] = [x - ax - t * bx, y - ay - t * by];
    least = Math.min(least, dx * dx + dy * dy);
  }
  return least;
}
