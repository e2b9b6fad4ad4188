import { send } from 'fob';

const { QUEUE = 'orders' } = process.env;

/** Looks at an order and queues it. What is no order fails here, where the sender's mistakes are seen, and not at the worker. */
export function handler(event) {
  const body = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
  const { id, item, quantity } = JSON.parse(body);
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id)) throw new TypeError('an order has an id, such as "a-17"');
  if (typeof item !== 'string') throw new TypeError(`the order ${id} names no item`);
  if (!Number.isSafeInteger(quantity) || quantity < 1) throw new TypeError(`the order ${id} has no quantity`);
  // Leaves when this run counts as done. By its id the queue knows an order that is sent twice.
  send(QUEUE, { id, item, quantity }, { id });
  console.log(`queued ${id}`);
  return { queued: id };
}
