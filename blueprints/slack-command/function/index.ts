import { kv } from 'fob';

/** A webhook looks like a request to a function URL. */
interface WebhookEvent {
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

const { SPACE = 'oncall', ANSWER_TO = 'hooks.slack.com:443' } = process.env;
const HELP = 'Say `/oncall` to see who is on call, `/oncall me` to take over, `/oncall nobody` to hand back.';

/** Slack has its first answer already, from the trigger: this one may take its time, and comes again where it fails. */
export async function handler(event: WebhookEvent): Promise<string> {
  const body = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
  const form = new URLSearchParams(body);
  const text = await answer(form.get('text')?.trim() ?? '', form.get('user_id') ?? '', form.get('channel_id') ?? '');
  await tell(form.get('response_url') ?? '', text);
  return text;
}

async function answer(word: string, user: string, channel: string): Promise<string> {
  if (word === 'me') {
    // The id, not the name: Slack shows it as the name that the person has now.
    await kv.put(SPACE, channel, user);
    return `<@${user}> is on call now.`;
  }
  if (word === 'nobody') {
    await kv.delete(SPACE, channel);
    return 'Nobody is on call.';
  }
  if (word !== '') return HELP;
  const who = await kv.get(SPACE, channel);
  return who === undefined ? `Nobody is on call. ${HELP}` : `<@${who}> is on call.`;
}

async function tell(url: string, text: string): Promise<void> {
  // The request was signed, but the network rule says the same: nothing else can be reached.
  const { host, port, protocol } = new URL(url);
  const full = port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host;
  if (full !== ANSWER_TO) throw new Error(`answers go to ${ANSWER_TO}, not to ${full}`);
  const reply = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ response_type: 'in_channel', text }),
  });
  if (!reply.ok) throw new Error(`Slack answered ${reply.status}: ${await reply.text()}`);
}
