/** What the platform says where AWS names an account and a region: there is one of each. */
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

/** A resource's name in AWS's form, such as `arn:aws:sqs:us-east-1:000000000000:jobs`. */
export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

/** The name that an event's `source` ends with: `jobs` of `fob:queue/jobs`. */
export function nameInSource(source: string): string {
  return source.slice(source.indexOf('/') + 1);
}
