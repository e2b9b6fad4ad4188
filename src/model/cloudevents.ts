import type { CloudEvent } from './event.ts';
import { isObject, isTooDeep, MAX_JSON_DEPTH } from './json.ts';
import { declaresJson } from './media-type.ts';
import { Problem } from './problem.ts';

/** Content types of one event as a JSON document, and of a list of them. */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json';
export const CLOUD_EVENT_BATCH_TYPE = 'application/cloudevents-batch+json';

const MAX_ATTRIBUTES = 256;
/** Longest text of an attribute; data has no such limit. */
const MAX_TEXT = 65_536;
const NAME = /^[a-z0-9]{1,128}$/;
/** Control characters, noncharacters and unpaired surrogates, which no attribute may hold. */
const FORBIDDEN = /[\p{Cc}\p{Noncharacter_Code_Point}\p{Surrogate}]/u;
const URI_CHARACTERS = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";
const MEDIA_TYPE = new RegExp(
  `^${TOKEN}/${TOKEN}(?:[ \\t]*;[ \\t]*${TOKEN}=(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*"))*[ \\t]*;?[ \\t]*$`,
);
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
/** Attributes by which the platform marks events; nobody else can set them, and nobody else sees them. */
const OWN = new Set(['datatext', 'fobtopic']);

/**
 * An event from outside, in CloudEvents' JSON format, checked strictly: every attribute's name, type and form, and its
 * data against its content type. Members that are `null` count as absent, those that are the platform's own are left out;
 * data without a content type is JSON, and says so then. Throws `invalid_request` with what is wrong.
 */
export function checkEvent(value: unknown): CloudEvent {
  if (!isObject(value)) throw invalid('an event is a JSON object');
  const members = Object.entries(value);
  if (members.length > MAX_ATTRIBUTES) throw invalid(`an event has at most ${MAX_ATTRIBUTES} attributes`);
  const event: Record<string, unknown> = {};
  for (const [name, member] of members) {
    if (name === 'data') event.data = member;
    else if (member !== null && member !== undefined && !OWN.has(name)) {
      if (name !== 'data_base64') checkAttribute(name, member);
      event[name] = member;
    }
  }
  checkCore(event);
  checkData(event);
  return event as CloudEvent;
}

/** The event as a JSON object for others: without what is the platform's own. */
export function publicEvent(event: CloudEvent): CloudEvent {
  const { datatext: _text, fobtopic: _topic, ...rest } = event;
  return rest as CloudEvent;
}

function checkAttribute(name: string, value: unknown): void {
  if (!NAME.test(name)) {
    throw invalid(`'${name.slice(0, 64)}' is no attribute's name: only a-z and 0-9 may stand in one`);
  }
  if (typeof value === 'string') {
    if (value.length > MAX_TEXT) throw invalid(`the attribute '${name}' is longer than ${MAX_TEXT} characters`);
    if (FORBIDDEN.test(value))
      throw invalid(`the attribute '${name}' holds a control character, or none that is valid`);
  } else if (typeof value === 'number') {
    if (!Number.isInteger(value) || value < -2_147_483_648 || value > 2_147_483_647) {
      throw invalid(`the attribute '${name}' is a number, but no integer of 32 bits`);
    }
  } else if (typeof value !== 'boolean') {
    throw invalid(`the attribute '${name}' is no text, integer or boolean`);
  }
}

function checkCore(event: Record<string, unknown>): void {
  for (const name of ['specversion', 'id', 'source', 'type']) {
    if (event[name] === undefined) throw invalid(`the attribute '${name}' is missing`);
  }
  for (const name of ['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'dataschema']) {
    const value = event[name];
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw invalid(`the attribute '${name}' must be a text that is not empty`);
    }
  }
  const { specversion, source, time, datacontenttype, dataschema } = event as Record<string, string | undefined>;
  if (specversion !== '1.0')
    throw invalid(`specversion '${specversion!.slice(0, 16)}' is not known here; it must be 1.0`);
  if (!isUriReference(source!)) throw invalid("the attribute 'source' is no URI reference");
  if (time !== undefined && !isTimestamp(time)) {
    throw invalid("the attribute 'time' is no time of RFC 3339, such as 2026-01-31T12:00:00Z");
  }
  if (datacontenttype !== undefined && (datacontenttype.length > 1_024 || !MEDIA_TYPE.test(datacontenttype))) {
    throw invalid("the attribute 'datacontenttype' is no media type, such as application/json");
  }
  if (dataschema !== undefined && !(SCHEME.test(dataschema) && isUriReference(dataschema))) {
    throw invalid("the attribute 'dataschema' is no absolute URI");
  }
}

function checkData(event: Record<string, unknown>): void {
  const { data, data_base64: base64, datacontenttype } = event as Record<string, string | undefined>;
  if (base64 !== undefined) {
    if (data !== undefined) throw invalid('an event has `data` or `data_base64`, not both');
    if (typeof base64 !== 'string' || base64.length % 4 > 0 || !BASE64.test(base64))
      throw invalid('`data_base64` is no base64');
  } else if (data !== undefined) {
    if (isTooDeep(data)) throw invalid(`\`data\` is nested deeper than ${MAX_JSON_DEPTH} levels`);
    if (datacontenttype === undefined) event.datacontenttype = 'application/json';
    else if (typeof data !== 'string' && !declaresJson(datacontenttype)) {
      throw invalid(`\`data\` of the content type ${datacontenttype} must be a text`);
    }
  }
}

function isUriReference(text: string): boolean {
  if (!URI_CHARACTERS.test(text) || text.indexOf('#') !== text.lastIndexOf('#')) return false;
  // Without a scheme, the first segment may hold no colon: it would be taken for one.
  return SCHEME.test(text) || !/^[^/?#]*:/.test(text);
}

function isTimestamp(text: string): boolean {
  const found = TIMESTAMP.exec(text);
  if (found === null) return false;
  const [year, month, day] = found.slice(1, 4).map(Number) as [number, number, number];
  if (month < 1 || month > 12) return false;
  // Day 0 of the next month is this month's last; years below 100 would be taken for those of a century.
  return day >= 1 && day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function invalid(words: string): Problem {
  return new Problem('invalid_request', `this is no CloudEvent 1.0: ${words}`);
}
