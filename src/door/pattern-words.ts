import { ADDRESS_PATTERN, MAIL_ADDRESS, OWNER_PATTERN, SMTP_PATTERN } from '../model/alert.ts';
import { STICKY_PATTERN } from '../model/alias.ts';
import { DESTINATION_PATTERN } from '../model/destination.ts';
import { ROLE_GRANT_PATTERN } from '../model/execution-role.ts';
import { FUNCTION_NAME_PATTERN } from '../model/function.ts';
import { GRANT_PATTERN } from '../model/grant.ts';
import { CALLER_PATTERN, TEAM_NAME_PATTERN, USER_NAME_PATTERN } from '../model/identity.ts';
import { NETWORK_HOST_PATTERN } from '../model/network.ts';
import { ENVIRONMENT_VALUE_PATTERN, ONE_LINE_PATTERN, ONE_LINE_WORDS } from '../model/one-line.ts';
import { ACTION_PATTERN } from '../model/rule.ts';
import { SECRET_FUNCTIONS_PATTERN, SECRET_NAME_PATTERN } from '../model/secret.ts';
import { ALIAS_NAME_PATTERN, TARGET_PATTERN } from '../model/target.ts';
import { TEST_EVENT_NAME_PATTERN } from '../model/test-event.ts';
import { SPACE_NAME_PATTERN } from '../service/key-value/stored-spaces.ts';
import { QUEUE_NAME_PATTERN } from '../service/queue/queue-settings.ts';
import { TOPIC_NAME_PATTERN } from '../service/topic/topic-rules.ts';

const DESTINATION =
  'is no destination: write function:<name> or function:<name>:<alias>, queue:<name>, topic:<name>, bucket:<name>/<prefix>, or an http(s) address';

const GRANT =
  'is no grant: write bucket:<name>:read or :write, queue:<name>:send or :receive, topic:<name>:publish, kv:<space>:read or :write, or function:<name>:invoke; without the last part, everything';

/** What people are told of a text that does not fit a pattern: regular expressions are for machines. */
export const PATTERN_WORDS: ReadonlyMap<string, string> = new Map([
  [FUNCTION_NAME_PATTERN, 'is no name: use 1 to 64 letters, digits, "-" and "_", beginning with a letter or digit'],
  [
    TARGET_PATTERN,
    'names no function: write <function>, <function>:<version> or <function>:<alias>; names have 1 to 64 letters, digits, "-" and "_", beginning with a letter or digit',
  ],
  [
    ALIAS_NAME_PATTERN,
    'is no name of an alias: use 1 to 64 letters, digits, "-" and "_", beginning with a letter or digit; a number names a version, and LATEST what serves',
  ],
  [
    TEST_EVENT_NAME_PATTERN,
    'is no name of a test event: use 1 to 64 letters, digits, ".", "-" and "_", beginning with a letter or digit',
  ],
  [
    `^$|${STICKY_PATTERN}`,
    'says not where a key is: write header:<name>, query:<name>, cookie:<name>, or payload:$.path.of.the.key',
  ],
  [
    QUEUE_NAME_PATTERN,
    'is no name of a queue: use 1 to 80 letters, digits, "-" and "_", beginning with a letter or digit; that of a FIFO queue ends in ".fifo"',
  ],
  [
    TOPIC_NAME_PATTERN,
    'is no name of a topic: use 1 to 128 letters, digits, ".", "-" and "_", beginning with a letter or digit',
  ],
  [
    SPACE_NAME_PATTERN,
    'is no name of a space: use 1 to 80 letters, digits, ".", "-" and "_", beginning with a letter or digit',
  ],
  [DESTINATION_PATTERN, DESTINATION],
  [`^$|${DESTINATION_PATTERN}`, DESTINATION],
  [GRANT_PATTERN, GRANT],
  [ROLE_GRANT_PATTERN, `${GRANT}; a role may also have secret:<name>`],
  [
    SECRET_NAME_PATTERN,
    'is no name of a secret: use 1 to 128 letters, digits, ".", "-" and "_", beginning with a letter or digit',
  ],
  [
    CALLER_PATTERN,
    'says not who: write user:<name>, team:<name>, token:<id>, function:<name>, key:<id>, * for everybody with a credential, or anonymous',
  ],
  [ACTION_PATTERN, 'is no action: write <kind>:<verb>, such as function:invoke, function:*, *:read or *'],
  [
    USER_NAME_PATTERN,
    'is no name of a user: use 1 to 64 letters, digits, "_", ".", "@" and "-", beginning with a letter or digit',
  ],
  [
    TEAM_NAME_PATTERN,
    'is no name of a team or role: use 1 to 64 letters, digits, "_", "." and "-", beginning with a letter or digit',
  ],
  [ONE_LINE_PATTERN, `must be a text ${ONE_LINE_WORDS}`],
  [OWNER_PATTERN, `must be a name of 1 to 128 characters, ${ONE_LINE_WORDS}`],
  [ENVIRONMENT_VALUE_PATTERN, 'has a NUL, which no environment can hold'],
  [SECRET_FUNCTIONS_PATTERN, 'is no name of a function, nor one that ends in "*", which stands for any rest'],
  [
    NETWORK_HOST_PATTERN,
    'is no host with a port: write <name or IPv4 address>:<port>, such as api.github.com:443 or 10.1.0.0/16:5432; there are no wildcards',
  ],
  [ADDRESS_PATTERN, 'is no address: write http://<host>/<path> or https://<host>/<path>'],
  [MAIL_ADDRESS, 'is no e-mail address: write <name>@<host>'],
  [SMTP_PATTERN, 'is no mail server: write smtp://<user>:<password>@<host>:587, or smtps:// for TLS from the start'],
]);
