import type { Settings } from '../../model/settings.ts';

const LOCALHOST = 'localhost';
const DNS_NAME = /^([a-z0-9._-]+)(?::\d{1,5})?$/;

/** A Host header that names this door, and maybe a bucket. */
interface AwsHost {
  /** The whole name, without port. */
  readonly name: string;
  readonly bucket?: string;
}

/**
 * Makes the reading of Host headers: `s3.<name>` and `<bucket>.s3.<name>` below a name of this node, and the same or
 * `<bucket>` alone below `localhost`, which always leads to the own machine, so that nobody can make it lead elsewhere.
 * `undefined` for every other name.
 */
export function createHostReader(settings: Settings): (host: string | undefined) => AwsHost | undefined {
  const names = [settings.host, ...settings.allowedHosts, LOCALHOST].map((name) => `.${name.toLowerCase()}`);
  return (host = '') => {
    const name = DNS_NAME.exec(host.toLowerCase())?.[1];
    const parent = name === undefined ? undefined : names.find((each) => name.endsWith(each));
    if (name === undefined || parent === undefined) return undefined;
    const child = name.slice(0, -parent.length);
    if (child === 's3') return { name };
    if (child.endsWith('.s3')) return { name, bucket: child.slice(0, -'.s3'.length) };
    return parent === `.${LOCALHOST}` ? { name, bucket: child } : undefined;
  };
}
