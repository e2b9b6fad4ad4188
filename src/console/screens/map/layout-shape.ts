/** What has to be laid out. */
export interface LayoutRequest {
  readonly nodes: readonly { readonly id: string; readonly small: boolean; readonly group: string }[];
  readonly edges: readonly { readonly id: string; readonly from: string; readonly to: string }[];
  /** Width by height of where it will be shown. */
  readonly aspect: number;
  /** Where there is no room for ranks side by side: the width that there is, in px. */
  readonly narrowPx?: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where everything stands: boxes by their upper left corner, lines as the points that they pass. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: Readonly<Record<string, Box>>;
  readonly groups: Readonly<Record<string, Box>>;
  readonly lines: Readonly<Record<string, readonly number[]>>;
  /** One thing a row, of the window's own width: it is scrolled rather than zoomed. */
  readonly isOutline?: boolean;
}
