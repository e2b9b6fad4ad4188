import assert from 'node:assert/strict';

/** An HTTP answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape, and fail where they err
  readonly json: any;
}

/** Talks to a node by HTTP alone, wherever and however it runs. */
export interface Client {
  readonly url: string;
  request(method: string, path: string, init?: Omit<RequestInit, 'method'>): Promise<Answer>;
  /** Gives a function one source text and a configuration; must succeed. Answers with the function. */
  // biome-ignore lint/suspicious/noExplicitAny: see Answer
  put(name: string, code: string, config?: object): Promise<any>;
  /** Invokes a function with a JSON event, by the native API. */
  invoke(name: string, event?: unknown, init?: Omit<RequestInit, 'method' | 'body'>): Promise<Answer>;
  /** Invokes a function that must succeed; answers with its result. */
  // biome-ignore lint/suspicious/noExplicitAny: see Answer
  result(name: string, event?: unknown): Promise<any>;
}

export function createClient(url: string): Client {
  const request: Client['request'] = async (method, path, init) => {
    const response = await fetch(url + path, { method, ...init });
    const body = Buffer.from(await response.arrayBuffer());
    return {
      status: response.status,
      headers: response.headers,
      body,
      text: body.toString(),
      get json() {
        return JSON.parse(body.toString());
      },
    };
  };
  const invoke: Client['invoke'] = (name, event = {}, init = {}) =>
    request('POST', `/v1/functions/${name}/invoke`, {
      ...init,
      body: JSON.stringify(event),
      headers: { 'Content-Type': 'application/json' },
    });
  return {
    url,
    request,
    invoke,
    async put(name, code, config = {}) {
      const answer = await request('PUT', `/v1/functions/${name}`, {
        body: JSON.stringify({ code: { inline: code }, config }),
        headers: { 'Content-Type': 'application/json' },
      });
      assert.ok(answer.status === 200 || answer.status === 201, answer.text);
      return answer.json;
    },
    async result(name, event) {
      const answer = await invoke(name, event);
      assert.equal(answer.status, 200, answer.text);
      return answer.json;
    },
  };
}
