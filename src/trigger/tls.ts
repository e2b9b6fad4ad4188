import Type from 'typebox';

/** Settings of an encrypted connection, the same for every broker. */
export const TlsOptions = {
  ca: Type.String({
    maxLength: 65_536,
    default: '',
    description: "Certificates to trust in place of the system's, as PEM",
  }),
  cert: Type.String({ maxLength: 65_536, default: '', description: 'Own certificate, as PEM' }),
  certKey: Type.String({ format: 'secret', maxLength: 65_536, default: '', description: 'Its private key, as PEM' }),
  servername: Type.String({
    maxLength: 253,
    default: '',
    description: 'Name that the certificate must have, where it is not the host',
  }),
};

interface TlsSettings {
  readonly ca: string;
  readonly cert: string;
  readonly certKey: string;
  readonly servername: string;
}

/** What node:tls takes. A certificate that cannot be verified is never accepted. */
export function tlsOf({ ca, cert, certKey, servername }: TlsSettings): {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
} {
  return {
    ...(ca !== '' && { ca }),
    ...(cert !== '' && { cert }),
    ...(certKey !== '' && { key: certKey }),
    ...(servername !== '' && { servername }),
  };
}
