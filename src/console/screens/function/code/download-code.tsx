import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { May } from '../../../ui/may.tsx';

interface DownloadCodeProps {
  readonly name: string;
  readonly version: number;
  readonly children: string;
}

/** The whole code, as it was uploaded. */
export function DownloadCode({ name, version, children }: DownloadCodeProps) {
  return (
    <May action="function:code" on={`function:${name}`}>
      <Button
        component="a"
        variant="default"
        href={`/v1/functions/${encodeURIComponent(`${name}:${version}`)}/code`}
        download
        leftSection={<IconDownload size={15} aria-hidden />}
      >
        {children}
      </Button>
    </May>
  );
}
