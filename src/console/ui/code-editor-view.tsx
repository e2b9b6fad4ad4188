import { HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { Compartment, EditorState, type Extension, Prec } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { messageOf } from '../api/problem.ts';
import { nonce } from '../theme/nonce.ts';
import classes from './code-editor.module.css';
import type { Language } from './code-language.ts';
import { tidy } from './code-tidy.ts';
import { considerateTab } from './considerate-tab.ts';
import { lineEndOf, withLineEnd, withOneLineEnd } from './line-ends.ts';
import { typedOver } from './typed-over.ts';

export interface CodeEditorProps {
  /** What is edited, for those who do not see it. */
  readonly label: string;
  readonly value: string;
  readonly onChange?: (value: string) => void;
  readonly language: Language;
  readonly readOnly?: boolean;
  readonly minHeight?: string;
  readonly maxHeight?: string;
  /** Called for Ctrl-S and Cmd-S. */
  readonly onSave?: () => void;
  /** Called for Ctrl-Enter and Cmd-Enter. */
  readonly onRun?: () => void;
  /** Ctrl-S and Cmd-S tidy the code first, as far as it can be read. */
  readonly format?: boolean;
  /** Such as completion and marks of errors; made once, or the editor is set up anew. */
  readonly extensions?: readonly Extension[];
}

const LANGUAGES: Readonly<Record<Language, () => Promise<Extension>>> = {
  javascript: async () => (await import('@codemirror/lang-javascript')).javascript(),
  typescript: async () => (await import('@codemirror/lang-javascript')).javascript({ typescript: true }),
  python: async () => [(await import('@codemirror/lang-python')).python(), indentUnit.of('    ')],
  json: async () => (await import('@codemirror/lang-json')).json(),
  yaml: async () => (await import('@codemirror/lang-yaml')).yaml(),
  text: async () => [],
};

const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--fob-chart-3)' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: 'var(--fob-good)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--fob-notice)' },
  { tag: [tags.comment], color: 'var(--fob-muted)', fontStyle: 'italic' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--fob-accent)' },
  { tag: [tags.typeName, tags.className], color: 'var(--fob-info)' },
  { tag: [tags.propertyName], color: 'var(--fob-accent)' },
  { tag: [tags.invalid], color: 'var(--fob-bad)' },
]);

const look = EditorView.theme({
  '&': { backgroundColor: 'var(--fob-surface)', color: 'var(--fob-text)', fontSize: '0.8125rem' },
  '.cm-scroller': { fontFamily: 'var(--fob-mono)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--fob-text)' },
  '.cm-cursor': { borderLeftColor: 'var(--fob-text)' },
  '.cm-gutters': {
    backgroundColor: 'var(--fob-sunken)',
    color: 'var(--fob-muted)',
    borderRight: '1px solid var(--fob-line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--fob-accent) 8%, transparent)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground, ::selection': {
    backgroundColor: 'color-mix(in srgb, var(--fob-accent) 28%, transparent) !important',
  },
  '.cm-tooltip, .cm-panels': {
    backgroundColor: 'var(--fob-surface)',
    color: 'var(--fob-text)',
    borderColor: 'var(--fob-line-strong)',
  },
  // Its signs are letters that few systems have.
  '.cm-completionIcon': { display: 'none' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--fob-accent-soft)',
    color: 'var(--fob-text)',
  },
});

export default function CodeEditorView(props: CodeEditorProps) {
  const { label, value, language, readOnly = false, minHeight = '8rem', maxHeight = '60vh', extensions } = props;
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const languagePart = useRef(new Compartment());
  const latest = useRef(props);
  /** What is edited goes on with it: a file that was written on Windows is not another one in each of its lines. */
  const lineEnd = useRef(lineEndOf(value));
  /** Why the code was not tidied. */
  const [fault, setFault] = useState('');
  latest.current = props;

  useEffect(() => {
    const save = (target: EditorView) => {
      const { format = false, onSave, language: written } = latest.current;
      void (format ? tidy(target, written) : Promise.resolve())
        .then(
          () => setFault(''),
          (error: unknown) => setFault(messageOf(error)),
        )
        .then(() => latest.current.onSave?.());
      return format || onSave !== undefined;
    };
    const run = () => {
      latest.current.onRun?.();
      return latest.current.onRun !== undefined;
    };
    const editor = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          EditorView.cspNonce.of(nonce),
          Prec.high(keymap.of([{ key: 'Mod-Enter', run, preventDefault: true }])),
          basicSetup,
          keymap.of([{ key: 'Mod-s', run: save, preventDefault: true }]),
          considerateTab(),
          typedOver(),
          syntaxHighlighting(highlighting),
          look,
          languagePart.current.of([]),
          EditorState.readOnly.of(readOnly),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange?.(withLineEnd(update.state.doc.toString(), lineEnd.current));
          }),
          ...(extensions ?? []),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, [label, readOnly, extensions]);

  useEffect(() => {
    let isGone = false;
    void LANGUAGES[language]().then((extension) => {
      if (!isGone) view.current?.dispatch({ effects: languagePart.current.reconfigure(extension) });
    });
    return () => {
      isGone = true;
    };
  }, [language]);

  // At once: what is typed before a later effect would be written over by what had been typed until then.
  useLayoutEffect(() => {
    const editor = view.current;
    const held = withOneLineEnd(value);
    if (held.includes('\n')) lineEnd.current = lineEndOf(value);
    if (editor === undefined || editor.state.doc.toString() === held) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: held } });
  }, [value]);

  return (
    <>
      <div
        ref={place}
        className={classes.editor}
        style={{ '--editor-min': minHeight, '--editor-max': maxHeight } as React.CSSProperties}
      />
      {fault !== '' && (
        <p className={classes.fault} role="status">
          Not tidied: {fault.replace(/ \((\d+):(\d+)\)$/, ', at line $1, column $2')}
        </p>
      )}
    </>
  );
}
