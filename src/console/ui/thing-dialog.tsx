import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import { useNavigate } from 'react-router';
import { renew } from '../api/hooks.ts';
import { useDraft } from './draft.ts';
import { FormDialog } from './form-dialog.tsx';
import { withArticle } from './format.ts';
import { NAME, NameField, type NameRule } from './name-field.tsx';

interface ThingDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Such as `team`. */
  readonly of: string;
  /** Is changed; absent: one is created. */
  readonly thing?: { readonly name: string; readonly revision?: number } | undefined;
  readonly rule?: NameRule;
  /** Of the name's field. */
  readonly description?: string | undefined;
  readonly size?: 'md' | 'lg' | 'xl';
  /** False where something besides the name is missing yet. */
  readonly isReady?: boolean;
  /** The command that does the same. */
  readonly command: (name: string) => readonly string[];
  /** What the form says now, by the names that the API uses, and what the node has, for what two people change at once. */
  readonly mine?: Readonly<Record<string, unknown>>;
  readonly stands?: (name: string) => Promise<{ readonly revision: number } & object>;
  /** Saves it where it stands at this revision (0: where it is new), and may answer with what is to be said of it. */
  readonly save: (name: string, revision: number) => Promise<string | undefined>;
  /** What is asked for again: see `renew`. */
  readonly touches: readonly string[];
  /** The list that it stands in: what was created is shown. */
  readonly to?: string;
  /** Further fields; by the name, where they need one that holds. */
  readonly children?: ReactNode | ((name: string | undefined) => ReactNode);
}

/** Creates something that has a name, or changes it. */
export function ThingDialog(props: ThingDialogProps) {
  const { of, thing, rule = NAME.plain, description, isReady = true, command, stands, save, touches, to } = props;
  const navigate = useNavigate();
  const [{ typed, revision }, set] = useDraft(props.opened, () => ({ typed: '', revision: thing?.revision ?? 0 }));
  const isNew = thing === undefined;
  const name = thing?.name ?? typed;
  const isNamed = rule.pattern.test(name);
  return (
    <FormDialog
      opened={props.opened}
      onClose={props.onClose}
      {...(props.size !== undefined && { size: props.size })}
      title={isNew ? `Create ${withArticle(of)}` : `Change the ${of} ${name}`}
      verb={isNew ? 'Create' : 'Save'}
      isReady={isReady && isNamed}
      command={command(name)}
      {...(props.mine !== undefined && { mine: props.mine })}
      revision={revision}
      {...(stands !== undefined && { stands: () => stands(name) })}
      onSubmit={async (at) => {
        const message = await save(name, at ?? 0);
        notifications.show({ message: message ?? `The ${of} ${name} is ${isNew ? 'created' : 'changed'}` });
        await renew(...touches);
        if (isNew && to !== undefined) await navigate(`${to}/${encodeURIComponent(name)}`);
      }}
    >
      {isNew && (
        <NameField value={typed} onChange={(next) => set({ typed: next })} rule={rule} description={description} />
      )}
      {typeof props.children === 'function' ? props.children(isNamed ? name : undefined) : props.children}
    </FormDialog>
  );
}
