import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/**
 * What is typed in place of something is put there by the editor. Left to Chromium, it would keep the look of what it replaces by
 * an inline style, which the page's policy refuses and reports. What is composed cannot be taken from the browser.
 */
export function typedOver(): Extension {
  return EditorView.domEventHandlers({
    beforeinput: (event, view) => {
      const { inputType, data, isComposing } = event;
      if (inputType !== 'insertText' || data === null || isComposing || view.composing) return false;
      const { from, to, empty } = view.state.selection.main;
      if (empty) return false;
      event.preventDefault();
      if (view.state.readOnly) return true;
      const insert = () =>
        view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
      // Such as brackets that are closed around it.
      if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert)))
        view.dispatch(insert());
      return true;
    },
  });
}
