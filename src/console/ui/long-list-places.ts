/** No browser makes an element of any height; beyond this one the way of the scroll bar is made shorter. */
const MAX_HEIGHT_PX = 14_000_000;
const EXTRA_ROWS = 24;

export interface Scrolled {
  readonly count: number;
  readonly rowHeight: number;
  /** How far the bar is from its top. */
  readonly top: number;
  /** The height of what is seen of the list. */
  readonly viewHeight: number;
  /** How far the list is from its top, where that is known more exactly than the bar can say it. */
  readonly exactTop?: number;
}

/** Where the rows of a long list stand that is scrolled so far, in pixels; and which of them are to be drawn, `to` excluded. */
export function placesOf({ count, rowHeight, top, viewHeight, exactTop }: Scrolled) {
  const whole = count * rowHeight;
  const height = Math.min(whole, MAX_HEIGHT_PX);
  // How far the list goes for each pixel that the bar goes.
  const ratio = height > viewHeight && viewHeight > 0 ? (whole - viewHeight) / (height - viewHeight) : 1;
  const contentTop = Math.max(0, Math.min(exactTop ?? top * ratio, whole - viewHeight));
  const from = Math.max(0, Math.floor(contentTop / rowHeight) - EXTRA_ROWS);
  const to = Math.min(count, Math.ceil((contentTop + viewHeight) / rowHeight) + EXTRA_ROWS);
  return { whole, height, ratio, contentTop, from, to };
}
