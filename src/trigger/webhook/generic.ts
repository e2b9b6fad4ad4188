import type { Provider } from './provider.ts';
import { demandFresh, demandSignature, hmac } from './signature.ts';
import { DEFAULT_TOLERANCE_MS } from './standard.ts';

/** Anybody who signs the body, with or without a time, and says so in headers. */
export const generic: Provider = {
  verify({ headers, body }, { secrets, nowMs, options }) {
    const { algorithm = 'sha256', encoding = 'hex', prefix = '', timestampHeader } = options;
    const given = headers[(options.signatureHeader ?? 'X-Signature').toLowerCase()] ?? '';
    const timestamp = timestampHeader === undefined ? undefined : (headers[timestampHeader.toLowerCase()] ?? '');
    const before = timestamp === undefined ? '' : `${timestamp}.`;
    demandSignature(
      [given],
      secrets.map((secret) => prefix + hmac(algorithm, secret, encoding, before, body)),
    );
    if (timestamp !== undefined) demandFresh(timestamp, nowMs, options.toleranceMs ?? DEFAULT_TOLERANCE_MS);
  },
  read({ headers }, _body, { idHeader, eventHeader }) {
    const id = idHeader && headers[idHeader.toLowerCase()];
    const event = (eventHeader && headers[eventHeader.toLowerCase()]) || 'message';
    return { event, ...(id && { id }) };
  },
};
