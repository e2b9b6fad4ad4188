import { useSyncExternalStore } from 'react';
import { urlOf } from '../../api/client.ts';
import { renew } from '../../api/hooks.ts';

/** A file on its way into a bucket, or there. */
export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  readonly sent: number;
  readonly state: 'waiting' | 'sending' | 'done' | 'exists' | 'failed' | 'stopped';
  readonly message?: string;
  /** The trace that the upload began: what it woke is found by it. */
  readonly traceId: string;
}

const AT_ONCE = 3;
const OBJECT = '/v1/buckets/{bucket}/objects/{*}';

let uploads: readonly Upload[] = [];
const files = new Map<string, { file: File; replace: boolean }>();
const running = new Map<string, XMLHttpRequest>();
const listeners = new Set<() => void>();

/** Uploads of this tab, the newest last. They go on while one looks at other screens. */
export function useUploads(bucket: string): readonly Upload[] {
  const all = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => uploads,
  );
  return all.filter((upload) => upload.bucket === bucket);
}

/** Uploads files below a prefix; one that is there already is not replaced before somebody says so. */
export function upload(bucket: string, prefix: string, given: readonly File[]): void {
  const made = given.map((file): Upload => {
    const id = randomHex(8);
    files.set(id, { file, replace: false });
    return {
      id,
      bucket,
      key: prefix + nameOf(file),
      bytes: file.size,
      sent: 0,
      state: 'waiting',
      traceId: randomHex(16),
    };
  });
  set([...uploads, ...made]);
  startNext();
}

/** Tries one again; with `replace`, over what is there. */
export function uploadAgain(id: string, replace: boolean): void {
  const known = files.get(id);
  if (known === undefined || isOpen(id)) return;
  files.set(id, { ...known, replace });
  change(id, { state: 'waiting', sent: 0, message: undefined, traceId: randomHex(16) });
  startNext();
}

export function stopUpload(id: string): void {
  // What has just arrived is there.
  if (!isOpen(id)) return;
  // First: that it ends is told at once.
  change(id, { state: 'stopped' });
  running.get(id)?.abort();
}

/** Forgets those that have ended. */
export function clearUploads(bucket: string): void {
  const stays = ({ id, bucket: of }: Upload) => of !== bucket || isOpen(id);
  for (const each of uploads) if (!stays(each)) files.delete(each.id);
  set(uploads.filter(stays));
}

/** Whether it is on its way, or will be. */
function isOpen(id: string): boolean {
  const state = stateOf(id);
  return state === 'waiting' || state === 'sending';
}

function stateOf(id: string): Upload['state'] | undefined {
  return uploads.find((each) => each.id === id)?.state;
}

function startNext(): void {
  while (running.size < AT_ONCE) {
    const next = uploads.find(({ state }) => state === 'waiting');
    if (next === undefined) return;
    send(next);
  }
}

function send({ id, bucket, key, traceId }: Upload): void {
  const { file, replace } = files.get(id)!;
  const request = new XMLHttpRequest();
  running.set(id, request);
  request.open('PUT', urlOf(OBJECT, { bucket, '*': key }));
  request.setRequestHeader('Content-Type', file.type === '' ? 'application/octet-stream' : file.type);
  request.setRequestHeader('traceparent', `00-${traceId}-${randomHex(8)}-01`);
  if (!replace) request.setRequestHeader('If-None-Match', '*');
  request.upload.addEventListener('progress', ({ loaded }) => change(id, { sent: loaded }));
  request.addEventListener('loadend', () => {
    running.delete(id);
    const { status, responseText } = request;
    if (status === 200) {
      files.delete(id);
      change(id, { state: 'done', sent: file.size });
      void renew('/v1/buckets');
    } else if (status === 412) change(id, { state: 'exists', sent: 0 });
    else if (stateOf(id) !== 'stopped') change(id, { state: 'failed', message: messageIn(status, responseText) });
    startNext();
  });
  change(id, { state: 'sending' });
  request.send(file);
}

function messageIn(status: number, text: string): string {
  if (status === 0) return 'the node did not answer';
  try {
    return String((JSON.parse(text) as { detail?: unknown }).detail ?? status);
  } catch {
    return `the node answered ${status}`;
  }
}

/** Its path within what was dropped, or its name. */
function nameOf(file: File & { path?: string }): string {
  const path = file.webkitRelativePath || file.path || file.name;
  return path.replace(/^\.?\//, '');
}

function change(id: string, changes: { [K in keyof Upload]?: Upload[K] | undefined }): void {
  set(uploads.map((each) => (each.id === id ? ({ ...each, ...changes } as Upload) : each)));
}

function set(next: readonly Upload[]): void {
  uploads = next;
  for (const listener of listeners) listener();
}

function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
}
