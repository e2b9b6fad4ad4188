import type { Logger } from 'pino';
import { messageOf, Problem } from '../model/problem.ts';
import type { Trigger } from '../model/trigger.ts';
import type { Vault } from '../store/vault.ts';
import { checkedOptions, hideSecrets, keepSecrets, openSecrets, sealSecrets, withDefaults } from './options.ts';
import type { TriggerType } from './trigger-type.ts';

type Options = Record<string, unknown>;

/** The types of triggers that this node has, and options as they mean them: checked, completed, their secrets sealed or opened. */
export class KnownTypes {
  private readonly types: ReadonlyMap<string, TriggerType>;
  private readonly vault: Vault;
  private readonly log: Logger;

  constructor(types: ReadonlyMap<string, TriggerType>, { vault, log }: { vault: Vault; log: Logger }) {
    this.types = types;
    this.vault = vault;
    this.log = log;
  }

  list(): TriggerType[] {
    return [...this.types.values()];
  }

  find(name: string): TriggerType | undefined {
    return this.types.get(name);
  }

  /** Throws `not_found`. */
  get(name: string): TriggerType {
    const type = this.types.get(name);
    if (type !== undefined) return type;
    throw new Problem(
      'not_found',
      `there is no type of trigger "${name.slice(0, 50)}"; there are ${[...this.types.keys()].join(', ')}`,
    );
  }

  /** Complete options of a trigger, with its secrets. Throws where these cannot be opened. */
  opened({ type, options }: Trigger): Options {
    const known = this.get(type);
    return withDefaults(
      known.options,
      openSecrets(known.options, options, (text) => this.vault.open(text)),
    );
  }

  /** The same, or nothing where its secrets cannot be opened, which the log tells. */
  openable(trigger: Trigger): Options | undefined {
    try {
      return this.opened(trigger);
    } catch (error) {
      this.log.error({ err: error, trigger: trigger.name }, `a trigger cannot be used: ${messageOf(error)}`);
      return undefined;
    }
  }

  /** Options as they may be shown, and these with what they leave open. */
  shown({ type, options }: Trigger): { shown: Options; complete: Options } {
    const known = this.types.get(type);
    if (known === undefined) return { shown: {}, complete: {} };
    const shown = hideSecrets(known.options, options);
    return { shown, complete: withDefaults(known.options, shown) };
  }

  /** Checks options that were given; secrets that were left out stay those of `before`. Rejects with `invalid_request`. */
  checked(type: TriggerType, given: Options, before: Options | undefined): Promise<Options> {
    return checkedOptions(type, keepSecrets(type.options, given, before));
  }

  sealed(type: TriggerType, options: Options): Options {
    return sealSecrets(type.options, options, (text) => this.vault.seal(text));
  }
}
