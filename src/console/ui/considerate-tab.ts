import { indentLess, indentMore } from '@codemirror/commands';
import type { Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';

/** What somebody does who works in the text, and does not merely pass through it. */
const WORK = ['input', 'delete', 'select', 'move', 'undo'];

/**
 * Tab indents for whoever works in the text, and goes on to the next field for whoever only passes by, who would change the code
 * without noticing and never get out. After Escape it goes on, too.
 */
export function considerateTab(): Extension {
  let isWorking = false;
  return [
    EditorView.updateListener.of(({ focusChanged, view, transactions }) => {
      if (focusChanged && !view.hasFocus) isWorking = false;
      else if (transactions.some((each) => WORK.some((event) => each.isUserEvent(event)))) isWorking = true;
    }),
    keymap.of([
      {
        key: 'Escape',
        run: () => {
          isWorking = false;
          return false;
        },
      },
      { key: 'Tab', run: (view) => isWorking && indentMore(view), shift: (view) => isWorking && indentLess(view) },
    ]),
    EditorView.contentAttributes.of({
      'aria-description': 'Tab goes on until you type; then it indents, and goes on again after Escape',
    }),
  ];
}
