import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';

interface DownloadCodeProps {
  /** The function and its version. */
  readonly target: string;
  readonly children: string;
}

/** The whole code, as it was uploaded. */
export function DownloadCode({ target, children }: DownloadCodeProps) {
  return (
    <Button
      component="a"
      variant="default"
      href={`/v1/functions/${encodeURIComponent(target)}/code`}
      download
      leftSection={<IconDownload size={15} aria-hidden />}
    >
      {children}
    </Button>
  );
}
