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
      const isPart = !isImage && bytes > MAX_TEXT_BYTES;
      const headers = isPart ? { Range: `bytes=0-${MAX_TEXT_BYTES - 1}` } : {};
      const response = await request('GET', url, { signal, headers });
      const content = await response.arrayBuffer();
      return isImage ? new Blob([content], { type }) : textOf(content, isPart);
    },
    enabled: bytes > 0 && !isTooLarge,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (bytes === 0) return <Nothing>It is empty.</Nothing>;
  if (isTooLarge) return <Nothing>The image is too large to be shown here: download it.</Nothing>;
  if (query.error !== null) return <Failure error={query.error} />;
  if (query.data === undefined) return <Loading rows={4} />;
  if (query.data instanceof Blob) return <Picture blob={query.data} />;
  if (query.data === NO_TEXT) return <Nothing>It is neither text nor an image that is shown here.</Nothing>;
  return (
    <>
      <ContentView label="What is in it" content={query.data} />
      {bytes > MAX_TEXT_BYTES && <Nothing>{`These are the first ${formatBytes(MAX_TEXT_BYTES)} of it.`}</Nothing>}
    </>
  );
}

const NO_TEXT = Symbol('no text');

function textOf(content: ArrayBuffer, isPart: boolean): string | typeof NO_TEXT {
  try {
    // The last character of a part may be cut.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content, { stream: isPart });
    return text.includes('\0') ? NO_TEXT : text;
  } catch {
    return NO_TEXT;
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
