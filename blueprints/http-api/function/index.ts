import { kv } from 'fob';
import { type Order, OrderSchema } from './order.ts';

/** The parts of a request that are needed here: payload format 2.0 of function URLs. */
interface HttpEvent {
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly pathParameters?: { readonly id?: string };
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

const { SPACE = 'orders', API_PATH = '/orders' } = process.env;

export async function handler(event: HttpEvent) {
  const id = event.pathParameters?.id ?? '';
  if (!/^[A-Za-z0-9-]{1,64}$/.test(id)) return answer(400, { error: 'an id has letters, digits and -, 64 at most' });
  return event.requestContext.http.method === 'PUT' ? put(id, event) : get(id);
}

/** The caller chooses the id: a request that is repeated, because its answer was lost, makes no second order. */
async function put(id: string, { body = '', isBase64Encoded }: HttpEvent) {
  let sent: unknown;
  try {
    sent = JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);
  } catch {
    return answer(400, { error: 'the body is not JSON' });
  }
  const { data: order, error } = OrderSchema.safeParse(sent);
  if (error !== undefined) {
    const faults = error.issues.map(({ path, message }) => ({ field: path.join('.'), message }));
    return answer(422, { error: 'this is no order', faults });
  }
  const before = await kv.get(SPACE, id);
  await kv.put(SPACE, id, { ...order, total: totalOf(order) });
  return answer(before === undefined ? 201 : 200, { id, total: totalOf(order) }, { location: `${API_PATH}/${id}` });
}

async function get(id: string) {
  const order = await kv.get(SPACE, id);
  return order === undefined
    ? answer(404, { error: 'there is no such order' })
    : answer(200, JSON.parse(order.toString()));
}

/** In cents, so that nothing is rounded. */
function totalOf({ lines }: Order): number {
  return lines.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0);
}

function answer(statusCode: number, body: object, headers: Record<string, string> = {}) {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
