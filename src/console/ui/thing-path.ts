const PLACES: Readonly<Record<string, string>> = {
  function: '/functions/',
  bucket: '/buckets/',
  queue: '/queues/',
  topic: '/topics/',
  kv: '/key-values/',
  secret: '/secrets/',
  user: '/people/users/',
  team: '/people/teams/',
  role: '/people/roles/',
  policy: '/people/policies/',
  'execution-role': '/people/execution-roles/',
  repository: '/repositories/',
  project: '/repositories/projects/',
};

/** Where the console shows a thing that is named as `<kind>:<name>`, such as `function:pay`; `undefined` where it has no page. */
export function thingPath(resource: string): string | undefined {
  const colon = resource.indexOf(':');
  const place = PLACES[resource.slice(0, colon)];
  const name = resource.slice(colon + 1);
  return place === undefined || name === '' || name.includes('*') ? undefined : place + encodeURIComponent(name);
}
