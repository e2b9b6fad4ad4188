import { AwsError } from '../aws-error.ts';
import { keyOf } from './shapes.ts';

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** `[/]<bucket>/<key>[?versionId=<id>]`, percent-encoded. */
export function parseCopySource(text: string | undefined): CopySource {
  const [path = '', search] = (text ?? '').split('?versionId=', 2);
  const decoded = decode(path.replace(/^\//, ''));
  const slash = decoded?.indexOf('/') ?? -1;
  if (decoded === undefined || slash < 1 || slash === decoded.length - 1) {
    throw new AwsError(
      400,
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      { details: { ArgumentName: 'x-amz-copy-source', ArgumentValue: text ?? '' } },
    );
  }
  return {
    bucket: decoded.slice(0, slash),
    key: keyOf(decoded.slice(slash + 1)),
    ...(search !== undefined && search !== '' && { versionId: search }),
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
