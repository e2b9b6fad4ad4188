import { randomUUID } from 'node:crypto';

/** Code and configuration as the form that the API takes (RFC 7578). */
export function uploadForm(
  config: object,
  code: { readonly content: Buffer; readonly fileName: string },
): { type: string; body: Buffer } {
  const boundary = `fob-${randomUUID()}`;
  const fileName = code.fileName === '' ? '' : `; filename="${code.fileName.replace(/["\r\n\\/]/g, '_')}"`;
  const body = Buffer.concat([
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="config"\r\n\r\n${JSON.stringify(config)}\r\n` +
        `--${boundary}\r\nContent-Disposition: form-data; name="code"${fileName}\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    code.content,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { type: `multipart/form-data; boundary=${boundary}`, body };
}
