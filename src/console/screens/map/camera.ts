import type { Box } from './layout-shape.ts';

/** How the map lies on the screen: a point of the map times `scale`, plus the offset. */
export interface Camera {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const MIN_SCALE = 0.04;
const MAX_SCALE = 2.5;
/** Small maps are not blown up beyond this. */
const MAX_FIT = 1.15;
const MARGIN = 28;

/** All of it, in the middle. */
export function fit(whole: Size, screen: Size): Camera {
  const room = { width: Math.max(screen.width - MARGIN * 2, 50), height: Math.max(screen.height - MARGIN * 2, 50) };
  const scale = clamp(Math.min(room.width / (whole.width || 1), room.height / (whole.height || 1), MAX_FIT));
  return { scale, x: (screen.width - whole.width * scale) / 2, y: (screen.height - whole.height * scale) / 2 };
}

/** Nearer or further by a factor; what lies at this point of the screen stays there. */
export function zoomAt({ scale, x, y }: Camera, factor: number, at: { x: number; y: number }): Camera {
  const next = clamp(scale * factor);
  const by = next / scale;
  return { scale: next, x: at.x - (at.x - x) * by, y: at.y - (at.y - y) * by };
}

/** Moved so that a box is on the screen, and near enough to be read; the same camera where it is. Shows no more beside the whole than it has to. */
export function bringIn(camera: Camera, box: Box, whole: Size, screen: Size, minScale: number): Camera {
  const scale = Math.max(camera.scale, minScale);
  const left = box.x * camera.scale + camera.x;
  const top = box.y * camera.scale + camera.y;
  const isIn =
    left >= MARGIN &&
    top >= MARGIN &&
    left + box.width * camera.scale <= screen.width - MARGIN &&
    top + box.height * camera.scale <= screen.height - MARGIN;
  if (isIn && scale === camera.scale) return camera;
  return {
    scale,
    x: along(screen.width, whole.width * scale, (box.x + box.width / 2) * scale),
    y: along(screen.height, whole.height * scale, (box.y + box.height / 2) * scale),
  };
}

/** Where something begins so that this point of it is in the middle, or as near to it as its ends allow. */
function along(room: number, length: number, point: number): number {
  if (length + MARGIN * 2 <= room) return (room - length) / 2;
  return Math.min(MARGIN, Math.max(room - MARGIN - length, room / 2 - point));
}

function clamp(scale: number): number {
  return Math.min(MAX_SCALE, Math.max(MIN_SCALE, scale));
}
