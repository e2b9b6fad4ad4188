import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { request } from '../../api/client.ts';
import { ContentView } from '../../ui/content-view.tsx';
import { Failure } from '../../ui/failure.tsx';
import { formatBytes } from '../../ui/format.ts';
import { Loading } from '../../ui/loading.tsx';
import classes from './buckets.module.css';

/** What a browser draws and runs nothing of: what says that it is anything else is looked at as text. */
const IMAGES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp']);
const MAX_IMAGE_BYTES = 8_388_608;
const MAX_TEXT_BYTES = 65_536;

interface PreviewProps {
  /** Where it is downloaded from. */
  readonly url: string;
  readonly etag: string;
  readonly bytes: number;
  readonly contentType: string | undefined;
}

/** An object to look at: an image as an image, a text as text, anything else not at all. Never as a page. */
export function Preview({ url, etag, bytes, contentType = '' }: PreviewProps) {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  const isImage = IMAGES.has(type);
  const isTooLarge = isImage && bytes > MAX_IMAGE_BYTES;
  const query = useQuery({
    queryKey: ['preview', { url, etag }],
    queryFn: async ({ signal }) => {
      const { pieces, isPart } = await beginningOf(
        await request('GET', url, { signal }),
        isImage ? MAX_IMAGE_BYTES : MAX_TEXT_BYTES,
      );
      if (!isImage) return { text: textOf(pieces, isPart), isPart };
      return isPart ? TOO_LARGE : new Blob(pieces, { type });
    },
    enabled: bytes > 0 && !isTooLarge,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (bytes === 0) return <Nothing>It is empty.</Nothing>;
  if (isTooLarge || query.data === TOO_LARGE)
    return <Nothing>The image is too large to be shown here: download it.</Nothing>;
  if (query.error !== null) return <Failure error={query.error} />;
  if (query.data === undefined) return <Loading rows={4} />;
  if (query.data instanceof Blob) return <Picture blob={query.data} />;
  const { text, isPart } = query.data;
  if (text === undefined) return <Nothing>It is neither text nor an image that is shown here.</Nothing>;
  return (
    <>
      <ContentView label="What is in it" content={text} />
      {isPart && <Nothing>{`These are the first ${formatBytes(MAX_TEXT_BYTES)} of it.`}</Nothing>}
    </>
  );
}

const TOO_LARGE = Symbol('too large');

/**
 * Reads so much of an answer, and leaves the rest: what is stored compressed, two thousand bytes of it, may be gigabytes once it is
 * unpacked, as a browser does by itself.
 */
async function beginningOf(
  response: Response,
  maxBytes: number,
): Promise<{ pieces: Uint8Array<ArrayBuffer>[]; isPart: boolean }> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  const reader = response.body!.getReader();
  let room = maxBytes;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      if (next.value.length > room) {
        void reader.cancel();
        return { pieces: [...pieces, next.value.slice(0, room)], isPart: true };
      }
      pieces.push(next.value);
      room -= next.value.length;
    }
    return { pieces, isPart: false };
  } catch (cause) {
    const encoding = response.headers.get('content-encoding');
    if (encoding === null) throw cause;
    throw new Error(`it is stored as ${encoding}, and cannot be unpacked`, { cause });
  }
}

/** `undefined` where it is none. */
function textOf(pieces: readonly Uint8Array[], isPart: boolean): string | undefined {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    let text = '';
    for (const piece of pieces) text += decoder.decode(piece, { stream: true });
    // The last character of a part may be cut.
    if (!isPart) text += decoder.decode();
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function Picture({ blob }: { readonly blob: Blob }) {
  const [url, setUrl] = useState<string>();
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setUrl(made);
    setBroken(false);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  if (isBroken) return <Nothing>It is no image that this browser can show.</Nothing>;
  if (url === undefined) return null;
  return <img src={url} alt="The object" className={classes.picture} onError={() => setBroken(true)} />;
}

function Nothing({ children }: { readonly children: string }) {
  return (
    <Text size="sm" c="dimmed">
      {children}
    </Text>
  );
}
