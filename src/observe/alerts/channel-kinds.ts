import { createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import type { AlertChannel, Notification } from '../../model/alert.ts';
import { messageOf, Problem } from '../../model/problem.ts';
import type { Attempt, Carriers } from './ports.ts';

const JSON_TYPE = 'application/json';
/** Slack takes at most 3,000 characters in a text block. */
const MAX_BLOCK = 2_900;
const SMTP_TIMEOUT_MS = 30_000;
const SECRET_PREFIX = 'whsec_';

/** Delivers a notification by a channel, once. Throws nothing. */
export async function deliver(
  channel: AlertChannel,
  notification: Notification,
  carriers: Carriers,
  nowMs: number,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    switch (channel.kind) {
      case 'webhook': {
        const body = Buffer.from(JSON.stringify(notification));
        const headers = signed(channel.secret ?? '', notification.id, nowMs, body);
        return await carriers.post({ url: channel.url, body, contentType: JSON_TYPE, headers }, signal);
      }
      case 'slack': {
        const body = Buffer.from(JSON.stringify(slackMessage(notification)));
        return await carriers.post({ url: channel.url, body, contentType: JSON_TYPE, headers: {} }, signal);
      }
      case 'email':
        return await mail(channel, notification, carriers, signal);
      case 'function':
        await carriers.sendToFunction(channel.function, {
          id: notification.id,
          type: `fob.${notification.type}`,
          data: notification,
        });
        return { done: true };
    }
  } catch (error) {
    const final = error instanceof Problem && error.code === 'not_found';
    return { done: false, message: messageOf(error), ...(final && { final }) };
  }
}

/** https://www.standardwebhooks.com */
function signed(secret: string, id: string, nowMs: number, body: Buffer): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const key = secret.startsWith(SECRET_PREFIX) ? Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64') : secret;
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

const COLOURS = { info: '#2e7d6b', warning: '#c98a00', critical: '#c62828' } as const;
const MARKS = { info: '🟢', warning: '🟡', critical: '🔴' } as const;

/** An incoming webhook's message: the title, all of the text as it is, and where it is from. */
function slackMessage({ title, text, severity, node, firing, type }: Notification): unknown {
  const mark = firing === 0 && type !== 'alert.test' ? '✅' : MARKS[severity];
  const body = text.slice(text.indexOf('\n') + 1).trim();
  // Nothing of what functions say may become a mention or a link.
  const shown = escapeSlack(body.length > MAX_BLOCK ? `${body.slice(0, MAX_BLOCK)}…` : body).replaceAll('```', "'''");
  return {
    text: `${mark} ${escapeSlack(title)}`,
    attachments: [
      {
        color: COLOURS[severity],
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: `${mark} ${title}`.slice(0, 150), emoji: true } },
          { type: 'section', text: { type: 'mrkdwn', text: `\`\`\`${shown.slice(0, 2_990)}\`\`\`` } },
          { type: 'context', elements: [{ type: 'plain_text', text: `fob on ${node}`.slice(0, 150) }] },
        ],
      },
    ],
  };
}

function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

async function mail(
  channel: AlertChannel & { kind: 'email' },
  { id, title, text, severity, firing, node }: Notification,
  carriers: Carriers,
  signal: AbortSignal,
): Promise<Attempt> {
  // The client is large, and most nodes send no mail.
  const { createTransport } = await import('nodemailer');
  const url = new URL(channel.smtp);
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (secure ? 465 : 587));
  const transport = createTransport({
    host,
    port,
    secure,
    ...(isIP(host) === 0 && { tls: { servername: host } }),
    connectionTimeout: SMTP_TIMEOUT_MS,
    greetingTimeout: SMTP_TIMEOUT_MS,
    socketTimeout: SMTP_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
    getSocket: (
      _options: unknown,
      done: (error: Error | null, socket?: { connection: import('node:net').Socket }) => void,
    ) => {
      carriers.connect(host, port, signal).then(
        (connection) => done(null, { connection }),
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
    },
    ...(url.username !== '' && {
      auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) },
    }),
  });
  try {
    await transport.sendMail({
      from: { name: 'Flock of Birds', address: channel.from },
      to: [...channel.to],
      subject: `[fob] ${title}`.slice(0, 250),
      text,
      html: mailPage(title, text, severity, firing),
      messageId: `<${id}@fob.${node.replace(/[^A-Za-z0-9.-]/g, '-')}>`,
      ...(severity === 'critical' && { priority: 'high' as const }),
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Fob-Severity': severity },
    });
    return { done: true };
  } catch (error) {
    const code = (error as { responseCode?: number }).responseCode ?? 0;
    // The server says that it never will; what depends on a password may be set right meanwhile.
    const final = code >= 550 && code < 560;
    return { done: false, message: messageOf(error), ...(final && { final }) };
  } finally {
    transport.close();
  }
}

function mailPage(title: string, text: string, severity: Notification['severity'], firing: number): string {
  const colour = firing === 0 ? COLOURS.info : COLOURS[severity];
  const body = text.slice(text.indexOf('\n') + 1).trim();
  return `<!doctype html><html lang="en"><body style="margin:0;padding:16px;font-family:system-ui,sans-serif;color:#1d2327">
<h1 style="margin:0 0 12px;padding:10px 14px;border-left:5px solid ${colour};font-size:17px;line-height:1.35">${escapeHtml(title)}</h1>
<pre style="margin:0;font:13px/1.5 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere">${escapeHtml(body)}</pre>
</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
