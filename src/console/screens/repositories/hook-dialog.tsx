import { Button, Code, Group, Modal, Stack, Text } from '@mantine/core';
import { useNavigate } from 'react-router';

/** What the host of a repository needs to call this node at each push. */
export interface Hook {
  /** Of the repository. */
  readonly name: string;
  readonly path: string;
  readonly secret: string;
}

/** Shows the secret of a webhook this once, and then the repository. */
export function HookDialog({ hook, onClose }: { readonly hook: Hook | undefined; readonly onClose: () => void }) {
  const navigate = useNavigate();
  const close = () => {
    if (hook !== undefined) void navigate(`/repositories/${encodeURIComponent(hook.name)}`);
    onClose();
  };
  return (
    <Modal
      opened={hook !== undefined}
      onClose={close}
      title="The webhook’s secret, shown this once"
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <Text size="sm">
          Have the host of the repository call this node at each push, and it need not wait to be looked at:
        </Text>
        <Text size="sm">
          Address <Code>{hook?.path}</Code>
        </Text>
        <Text size="sm">
          Secret <Code>{hook?.secret}</Code>
        </Text>
        <Group justify="flex-end">
          <Button onClick={close}>I have it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
