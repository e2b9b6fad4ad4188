import type { FastifyReply, FastifyRequest } from 'fastify';
import { receiveBody } from '../body.ts';
import { parseJson } from './function/upload.ts';

/** Reads a request's JSON body before it is validated; none at all counts as `{}`. */
export function readJsonBody(maxBytes: number): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => {
    const body = await receiveBody(request.raw, reply.raw, maxBytes);
    request.body = body.length === 0 ? {} : parseJson(body.toString(), 'the body');
  };
}
