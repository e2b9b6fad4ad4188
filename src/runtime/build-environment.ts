import { existsSync, statSync } from 'node:fs';
import type { Mount } from '../model/machine.ts';

/** What an operator may set to say where packages come from; the only part of the node's environment that a build sees. */
const REGISTRY_SETTINGS = [
  'npm_config_registry',
  'NPM_CONFIG_REGISTRY',
  'PIP_INDEX_URL',
  'PIP_EXTRA_INDEX_URL',
  'PIP_TRUSTED_HOST',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
];

/** Settings whose value is a file of certificates. */
const CERTIFICATE_SETTINGS = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'PIP_CERT',
  'npm_config_cafile',
];

/** Where certificate files of the host appear inside the build sandbox. */
const CERTIFICATES = '/opt/fob/certificates';

/** Environment and mounts of a step that installs packages: registry, proxy and certificates as the operator gave them. */
export function buildEnvironment(host: NodeJS.ProcessEnv = process.env): {
  environment: Record<string, string>;
  mounts: Mount[];
} {
  const environment: Record<string, string> = {
    PATH: '/opt/fob/bin:/usr/local/bin:/usr/bin:/bin',
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    // npm trusts what the machine trusts, as pip does: the certificates of a company's proxy are kept there.
    NODE_USE_SYSTEM_CA: '1',
  };
  const mounts: Mount[] = [];
  for (const name of REGISTRY_SETTINGS) if (host[name]) environment[name] = host[name];
  for (const name of CERTIFICATE_SETTINGS) {
    const hostPath = host[name];
    if (!hostPath || !existsSync(hostPath) || !statSync(hostPath).isFile()) continue;
    let mount = mounts.find((known) => known.hostPath === hostPath);
    if (mount === undefined) {
      mount = { hostPath, path: `${CERTIFICATES}/${mounts.length}.pem` };
      mounts.push(mount);
    }
    environment[name] = mount.path;
  }
  return { environment, mounts };
}
